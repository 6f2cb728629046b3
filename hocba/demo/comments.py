"""What teachers write, by subject and level: sentences for specimens, varied by chance."""

from __future__ import annotations

from random import Random

SUBJECTS: dict[str, dict[str, tuple[str, ...]]] = {
    "TV": {
        "T": (
            "Đọc trôi chảy, diễn cảm; viết câu đủ ý, dùng từ sinh động.",
            "Chữ viết đẹp, đều nét; biết viết đoạn văn giàu hình ảnh.",
            "Hiểu nội dung bài đọc nhanh, kể chuyện tự nhiên, có cảm xúc.",
        ),
        "H": (
            "Đọc rõ ràng, hiểu bài; cần luyện thêm chính tả.",
            "Viết được đoạn văn ngắn; cần dùng dấu câu cẩn thận hơn.",
        ),
        "C": ("Đọc còn chậm, viết còn sai nhiều lỗi chính tả; cần luyện đọc, luyện viết thêm trong hè.",),
    },
    "TOAN": {
        "T": (
            "Tính toán nhanh, chính xác; giải toán có lời văn gọn gàng.",
            "Nắm chắc kiến thức, biết tìm nhiều cách giải một bài toán.",
            "Suy luận tốt, trình bày bài sạch đẹp, biết tự kiểm tra kết quả.",
        ),
        "H": (
            "Thực hiện đúng các phép tính; cần đọc kĩ đề khi giải toán có lời văn.",
            "Nắm được kiến thức cơ bản; cần luyện thêm phép chia.",
        ),
        "C": ("Thực hiện phép tính còn chậm và nhầm lẫn; cần được hướng dẫn thêm về nhân, chia.",),
    },
    "NN1": {
        "T": ("Nghe, nói tự tin; nhớ từ vựng tốt.", "Phát âm rõ, mạnh dạn hỏi đáp bằng tiếng Anh."),
        "H": ("Hiểu câu hỏi đơn giản; cần mạnh dạn nói hơn.", "Nhớ từ vựng chủ đề; cần luyện nghe thêm."),
        "C": ("Vốn từ còn ít; cần ôn lại các mẫu câu đã học.",),
    },
    "TIN": {
        "T": (
            "Thao tác máy tính thành thạo, biết soạn thảo và trình chiếu.",
            "Gõ bàn phím nhanh, làm việc có tổ chức.",
        ),
        "H": ("Thực hiện được thao tác cơ bản; cần luyện gõ bàn phím.",),
        "C": ("Còn lúng túng khi dùng chuột và bàn phím; cần thực hành thêm.",),
    },
    "GDTC": {
        "T": ("Vận động khéo léo, tích cực tập luyện.", "Thực hiện đúng kĩ thuật, có tinh thần đồng đội."),
        "H": ("Hoàn thành các bài tập; cần tập luyện đều hơn.",),
        "C": ("Chưa thực hiện được một số động tác; cần tập luyện thêm.",),
    },
    "AN": {
        "T": (
            "Hát đúng giai điệu, thể hiện tình cảm; gõ đệm chắc nhịp.",
            "Cảm thụ âm nhạc tốt, biểu diễn tự tin.",
        ),
        "H": ("Hát đúng lời ca; cần mạnh dạn biểu diễn hơn.",),
        "C": ("Chưa thuộc bài hát đã học; cần luyện thêm.",),
    },
    "MT": {
        "T": ("Vẽ có bố cục, màu sắc hài hòa, ý tưởng riêng.", "Sáng tạo khi làm sản phẩm thủ công."),
        "H": ("Hoàn thành sản phẩm; cần phối màu phong phú hơn.",),
        "C": ("Chưa hoàn thành sản phẩm; cần tập trung hơn.",),
    },
    "KH": {
        "T": (
            "Ham tìm hiểu thiên nhiên, biết làm thí nghiệm đơn giản.",
            "Quan sát tốt, giải thích hiện tượng rõ ràng.",
        ),
        "H": ("Nắm được bài; cần mạnh dạn nêu ý kiến khi thực hành.",),
        "C": ("Chưa nắm được nội dung cơ bản; cần được giúp đỡ thêm.",),
    },
    "LSDL": {
        "T": (
            "Kể chuyện lịch sử hấp dẫn, đọc bản đồ thành thạo.",
            "Hiểu biết tốt về địa phương và các vùng miền.",
        ),
        "H": ("Nêu được sự kiện chính; cần luyện đọc bản đồ.",),
        "C": ("Chưa nhớ các sự kiện chính; cần ôn tập thêm.",),
    },
    "CN": {
        "T": ("Sử dụng đồ dùng công nghệ an toàn, khéo tay.", "Có ý tưởng sáng tạo khi làm sản phẩm."),
        "H": ("Hoàn thành sản phẩm theo hướng dẫn; cần cẩn thận hơn.",),
        "C": ("Chưa hoàn thành sản phẩm thực hành; cần luyện thêm.",),
    },
    "DD": {
        "T": (
            "Lễ phép, biết quan tâm và giúp đỡ mọi người.",
            "Thực hiện tốt nội quy, biết nhận lỗi và sửa lỗi.",
        ),
        "H": ("Biết các chuẩn mực cơ bản; cần thực hiện đều hơn.",),
        "C": ("Cần được nhắc nhở để thực hiện nội quy.",),
    },
    "TNXH": {
        "T": (
            "Biết chăm sóc bản thân, yêu quý cây cối, con vật.",
            "Nêu được nhiều hiểu biết về gia đình, trường lớp.",
        ),
        "H": ("Nắm được bài; cần quan sát kĩ hơn.",),
        "C": ("Chưa nắm được nội dung cơ bản; cần được giúp đỡ thêm.",),
    },
    "HDTN": {
        "T": (
            "Tích cực trong hoạt động tập thể, có tinh thần trách nhiệm.",
            "Tự tin, biết lập kế hoạch cho việc của nhóm.",
        ),
        "H": ("Tham gia đầy đủ; cần chủ động nhận việc hơn.",),
        "C": ("Chưa tham gia đều các hoạt động; cần được động viên.",),
    },
}
"""By subject code; a subject that is not here takes GENERAL."""

GENERAL: dict[str, tuple[str, ...]] = {
    "T": (
        "Nắm chắc kiến thức, tích cực tham gia các hoạt động.",
        "Ham tìm hiểu, biết liên hệ bài học với cuộc sống.",
        "Hoàn thành tốt yêu cầu môn học, biết chia sẻ với bạn.",
    ),
    "H": ("Hoàn thành yêu cầu môn học; cần tích cực phát biểu hơn.", "Nắm được bài; cần chăm đọc sách thêm."),
    "C": ("Chưa nắm được nội dung cơ bản; cần được giúp đỡ thêm.",),
}

QUALITIES = {
    "T": (
        "Chăm ngoan, trung thực, có trách nhiệm với việc của lớp.",
        "Lễ phép, yêu thương bạn bè, giữ gìn của công.",
        "Tự giác học tập, biết giúp đỡ bạn, kính trọng thầy cô.",
    ),
    "Đ": ("Ngoan, đoàn kết với bạn; cần chăm chỉ hơn.", "Lễ phép, thật thà; cần giữ gìn đồ dùng học tập."),
}
GENERAL_COMPETENCES = {
    "T": (
        "Tự học tốt, hợp tác hiệu quả, biết đề xuất ý kiến trong nhóm.",
        "Chủ động, tự tin, biết giải quyết vấn đề.",
    ),
    "Đ": ("Biết hợp tác với bạn; cần tự tin trình bày ý kiến.", "Hoàn thành nhiệm vụ khi được nhắc nhở."),
}
SPECIFIC_COMPETENCES = {
    "T": (
        "Ngôn ngữ phong phú, tính toán nhanh, khéo tay.",
        "Diễn đạt mạch lạc, ham khám phá, yêu thích vận động.",
    ),
    "Đ": ("Diễn đạt rõ ý; cần luyện tính toán thêm.", "Vận động tốt; cần luyện diễn đạt."),
}
HOMEROOM = {
    "X": (
        "Em học giỏi đều các môn, gương mẫu; thầy cô tự hào về em.",
        "Em có một năm học xuất sắc; hãy giữ niềm say mê đọc sách.",
    ),
    "T": (
        "Em học tốt, tích cực; cố gắng thêm để tiến bộ hơn nữa.",
        "Em chăm học, hòa đồng; cần mạnh dạn hơn khi phát biểu.",
    ),
    "H": (
        "Em có nhiều cố gắng trong năm học; cần chăm luyện tập thêm.",
        "Em ngoan, tiến bộ rõ; cần tập trung hơn trong giờ học.",
    ),
    "C": ("Em ngoan, thật thà; cần được giúp đỡ thêm để nắm chắc kiến thức cơ bản.",),
}
"""By the year's outcome: X Hoàn thành xuất sắc, T tốt, H hoàn thành, C chưa hoàn thành."""


def of_subject(chance: Random, code: str, level: str) -> str:
    """Return a comment for a subject at that level (T, H, C)."""
    return chance.choice(SUBJECTS.get(code, GENERAL)[level])
