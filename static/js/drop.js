// Let a file be dropped on the whole box around its input, and say what was chosen.

function enhance(box) {
  const input = box.querySelector("input[type=file]");
  const chosen = box.querySelector("[data-drop-chosen]");
  if (!input) return;

  function say() {
    if (!chosen) return;
    const files = Array.from(input.files);
    if (files.length === 0) chosen.textContent = "";
    else if (files.length === 1) chosen.textContent = `${box.dataset.dropOne} ${files[0].name}`;
    else chosen.textContent = `${box.dataset.dropMany} ${files.length}`;
  }

  input.addEventListener("change", say);
  ["dragenter", "dragover"].forEach((name) => box.addEventListener(name, (event) => {
    event.preventDefault();
    box.classList.add("file-drop--over");
  }));
  box.addEventListener("dragleave", (event) => {
    if (!box.contains(event.relatedTarget)) box.classList.remove("file-drop--over");
  });
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("file-drop--over");
    const files = event.dataTransfer.files;
    if (files.length === 0) return;
    if (files.length === 1 || input.multiple) {
      input.files = files;
    } else {
      const first = new DataTransfer();
      first.items.add(files[0]);
      input.files = first.files;
    }
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  say();
}

document.querySelectorAll("[data-drop]").forEach(enhance);
