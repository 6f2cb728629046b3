// Nobody leaves a form with unsaved work by accident: <form data-unsaved>.

const dirty = new Set();

function state(form) {
  return new URLSearchParams(
    Array.from(new FormData(form), ([name, value]) => [name, value instanceof File ? value.name : value]),
  ).toString();
}

document.querySelectorAll("form[data-unsaved]").forEach((form) => {
  // A form that came back with errors holds work that the server has not kept.
  const kept = form.dataset.unsaved === "dirty" ? null : state(form);
  const look = () => (state(form) === kept ? dirty.delete(form) : dirty.add(form));
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("submit", () => dirty.delete(form));
  look();
});

window.addEventListener("beforeunload", (event) => {
  if (dirty.size > 0) event.preventDefault();
});
