"""One Vietnamese sentence for every reason code: what is wrong and what to do. Data only; see `sentences`."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

SENTENCES: Final[dict[str, str]] = {
    # The file as such
    "file.too-large": gettext_noop(
        "Tệp lớn hơn 10 MB nên không phải học bạ số. Hãy kiểm tra lại tệp đã chọn."
    ),
    "file.xml-too-large": gettext_noop(
        "Tệp XML lớn hơn 2 MB; học bạ thật chỉ có vài chục KB — không dùng bản này. Hãy xin nhà trường gửi "
        "lại tệp gốc."
    ),
    "file.empty": gettext_noop("Tệp trống. Hãy tải lại tệp rồi kiểm tra lần nữa."),
    "file.kind-unknown": gettext_noop(
        "Tệp này không phải học bạ số (XML, PDF hoặc gói ZIP). Hãy chọn đúng tệp nhà trường đã gửi."
    ),
    "file.unreadable": gettext_noop("Không đọc được tệp. Hãy kiểm tra đường dẫn và quyền đọc tệp."),
    "file.time-limit": gettext_noop(
        "Kiểm tra tệp này mất quá nhiều thời gian nên đã dừng; chưa kết luận được. Hãy thử lại; nếu vẫn "
        "vậy thì đừng dùng tệp này và hỏi lại nhà trường."
    ),
    "file.memory-limit": gettext_noop(
        "Kiểm tra tệp này cần quá nhiều bộ nhớ nên đã dừng; chưa kết luận được. Học bạ thật không như "
        "vậy — hãy hỏi lại nhà trường."
    ),
    "file.verifier-broken": gettext_noop(
        "Chương trình kiểm tra đã dừng giữa chừng ở tệp này; chưa kết luận được. Đừng dùng tệp này và "
        "hãy hỏi lại nhà trường."
    ),
    "file.broken": gettext_noop(
        "Tệp hỏng đến mức không kiểm tra được — không dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "file.encoding": gettext_noop(
        "Tệp XML không viết bằng UTF-8 như quy định. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "file.declaration": gettext_noop(
        "Dòng khai báo đầu tệp XML sai (phải là XML 1.0, UTF-8) — không dùng bản này. Hãy xin nhà trường gửi "
        "lại tệp gốc."
    ),
    "file.forbidden-markup": gettext_noop(
        "Tệp XML có phần mà chữ ký không bảo vệ (ghi chú, chỉ dẫn hoặc thực thể) — không dùng bản này."
    ),
    "file.not-xml": gettext_noop("Tệp XML bị hỏng hoặc bị cắt. Hãy xin nhà trường gửi lại tệp gốc."),
    "file.too-complex": gettext_noop("Tệp XML phức tạp quá mức của một học bạ — không dùng bản này."),
    "file.namespaces": gettext_noop("Tệp XML dùng không gian tên lạ — không dùng bản này."),
    "file.duplicate-id": gettext_noop(
        "Hai phần trong tệp mang cùng một mã định danh, nên không rõ chữ ký thuộc phần nào — không dùng "
        "bản này."
    ),
    # Layout and structure of the XML
    "layout.root": gettext_noop(
        "Tệp XML không bắt đầu bằng HOC_BA nên không phải học bạ số. Hãy chọn đúng tệp."
    ),
    "layout.root.identifier": gettext_noop(
        "HOC_BA thiếu hoặc sai mã định danh, nên không biết là học bạ nào — không dùng bản này."
    ),
    "layout.elements.unsigned": gettext_noop("Thiếu chữ ký trong học bạ — không dùng bản này."),
    "layout.elements.transform": gettext_noop(
        "Chữ ký khai thêm hoặc bớt phép biến đổi dữ liệu (như XPath, XSLT), nên không rõ đã ký những gì — không dùng "
        "bản này."
    ),
    "layout.attributes.transform": gettext_noop(
        "Chữ ký khai phép biến đổi hoặc chuẩn hóa dữ liệu không được phép (%(where)s), nên không rõ đã ký "
        "những gì — không dùng bản này."
    ),
    "layout.attributes.digest-method": gettext_noop(
        "Chữ ký dùng thuật toán băm không được phép (chỉ nhận SHA-256; SHA-1, MD5 không còn an toàn) — không "
        "dùng bản này."
    ),
    "layout.attributes.other-transcript": gettext_noop(
        "Chữ ký lấy từ học bạ khác (mã tra cứu khác) — không dùng bản này."
    ),
    "layout.attributes.other-slot": gettext_noop(
        "Chữ ký của vai trò khác được đặt vào ô này — không dùng bản này."
    ),
    "layout.elements": gettext_noop(
        "Cấu trúc học bạ sai: thừa, thiếu hoặc lẫn chỗ ở %(where)s — không dùng bản này."
    ),
    "layout.attributes": gettext_noop(
        "Cấu trúc học bạ sai: thuộc tính lạ, thiếu hoặc sai ở %(where)s — không dùng bản này."
    ),
    "layout.text.spacing": gettext_noop(
        "Tệp đã bị phần mềm khác dàn lại sau khi ký (thêm khoảng trắng hoặc xuống dòng ở %(where)s) — không "
        "dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "layout.text.empty": gettext_noop("Cấu trúc học bạ sai: %(where)s bị bỏ trống — không dùng bản này."),
    "layout.text": gettext_noop(
        "Cấu trúc học bạ sai: có chữ ở nơi không được phép (%(where)s) — không dùng bản này."
    ),
    "layout.base64": gettext_noop("Một giá trị của chữ ký viết sai dạng (%(where)s) — không dùng bản này."),
    "layout.reference": gettext_noop("Chữ ký không trỏ đúng những phần phải ký — không dùng bản này."),
    "layout.time": gettext_noop("Thời gian ở %(where)s viết sai dạng — không dùng bản này."),
    "layout.certificate": gettext_noop(
        "Không đọc được một chứng thư trong tệp. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "layout.code": gettext_noop("Mã định danh trong tệp không khớp mã tra cứu học bạ — không dùng bản này."),
    "structure.version": gettext_noop(
        "Dữ liệu khai phiên bản định dạng %(version)s mà chương trình này không biết — không dùng bản này, hãy "
        "hỏi lại nhà trường."
    ),
    "structure.schema": gettext_noop(
        "Dữ liệu không đúng định dạng học bạ số của Bộ. Hãy báo nhà trường thu hồi và cấp lại."
    ),
    # Digests and signatures of the XML
    "digest.data": gettext_noop("Dữ liệu học bạ đã bị thay đổi sau khi ký — không dùng bản này."),
    "digest.document": gettext_noop("Tệp đã bị thay đổi sau khi nhà trường đóng dấu — không dùng bản này."),
    "digest.list": gettext_noop("Danh sách học bạ đã bị thay đổi sau khi ký — không dùng danh sách này."),
    "digest.countersigned": gettext_noop(
        "Chữ ký của giáo viên chủ nhiệm đã bị thay sau khi cán bộ quản lý ký — không dùng bản này."
    ),
    "digest.time": gettext_noop("Thời gian ký đã bị sửa — không dùng bản này."),
    "digest.properties": gettext_noop("Thuộc tính của chữ ký đã bị sửa — không dùng bản này."),
    "digest.key-info": gettext_noop("Chứng thư kèm chữ ký đã bị thay — không dùng bản này."),
    "digest.own": gettext_noop("Một phần của chữ ký đã bị sửa — không dùng bản này."),
    "signature.value": gettext_noop("Chữ ký không thuộc về học bạ này — không dùng bản này."),
    "signature.weak-algorithm": gettext_noop(
        "Chữ ký dùng thuật toán không còn an toàn. Hãy đề nghị nhà trường ký lại bằng chứng thư mới."
    ),
    "signature.not-covering-data": gettext_noop("Chữ ký không bao gồm dữ liệu học bạ — không dùng bản này."),
    "signature.not-covering-time": gettext_noop("Chữ ký không bao gồm thời gian ký — không dùng bản này."),
    "signature.second-opinion": gettext_noop(
        "Hai chương trình kiểm tra độc lập cho kết quả khác nhau; chưa kết luận được. Hãy hỏi lại nhà trường."
    ),
    "certificate.digest": gettext_noop(
        "Chứng thư trong tệp không phải chứng thư mà người ký đã dùng — không dùng bản này."
    ),
    "certificate.subject-name": gettext_noop(
        "Tên ghi bên chữ ký không phải tên trong chứng thư — không dùng bản này."
    ),
    "certificate.is-authority": gettext_noop(
        "Chứng thư là của nơi cấp chứng thư, không phải của người ký. Hãy hỏi lại nhà trường."
    ),
    "certificate.key-usage": gettext_noop("Chứng thư không dùng để ký văn bản. Hãy hỏi lại nhà trường."),
    "certificate.purpose": gettext_noop(
        "Chứng thư được cấp cho việc khác, không phải để ký học bạ. Hãy hỏi lại nhà trường."
    ),
    "signer.role": gettext_noop("Người ký ký với vai trò khác vai trò của ô ký — không dùng bản này."),
    "signer.other-person": gettext_noop(
        "Chứng thư không phải của người có số định danh ghi trong ô ký — không dùng bản này."
    ),
    "signer.not-the-named": gettext_noop(
        "Người ký không phải người được nêu trong học bạ — không dùng bản này."
    ),
    "signer.same-person": gettext_noop("Giáo viên chủ nhiệm và cán bộ quản lý là cùng một người."),
    "signer.homeroom-absent": gettext_noop(
        "Học bạ không có chữ ký của giáo viên chủ nhiệm (định dạng v1.0 cho phép)."
    ),
    # Time
    "time.claims-differ": gettext_noop(
        "Các thời gian ký ghi trong tệp không giống nhau — không dùng bản này."
    ),
    "time.claim-too-far": gettext_noop(
        "Thời gian ký ghi trong tệp cách dấu thời gian hơn 24 giờ — không dùng bản này."
    ),
    "time.order": gettext_noop(
        "Thứ tự ký không đúng (giáo viên chủ nhiệm, cán bộ quản lý, rồi con dấu nhà trường) — không dùng "
        "bản này."
    ),
    "timestamp.missing": gettext_noop(
        "Chữ ký không có dấu thời gian nên không chứng minh được ký lúc nào. Hãy xin nhà trường bản có "
        "dấu thời gian."
    ),
    "timestamp.format": gettext_noop("Không đọc được dấu thời gian. Hãy xin nhà trường gửi lại tệp gốc."),
    "timestamp.other-data": gettext_noop("Dấu thời gian thuộc về chữ ký khác — không dùng bản này."),
    "timestamp.signature": gettext_noop("Dấu thời gian không đúng — không dùng bản này."),
    "timestamp.weak-algorithm": gettext_noop(
        "Dấu thời gian dùng thuật toán không còn an toàn. Hãy hỏi lại nhà trường."
    ),
    "timestamp.certificate-missing": gettext_noop(
        "Thiếu chứng thư của nơi cấp dấu thời gian. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "timestamp.certificate-not-identified": gettext_noop(
        "Dấu thời gian không nêu rõ chứng thư của nơi cấp. Hãy hỏi lại nhà trường."
    ),
    "timestamp.inaccurate": gettext_noop(
        "Nơi cấp dấu thời gian không bảo đảm chính xác đến một phút. Hãy hỏi lại nhà trường."
    ),
    "timestamp.not-exact": gettext_noop(
        "Dấu thời gian đã bị sửa hoặc thêm phần lạ — không dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "timestamp.future": gettext_noop(
        "Dấu thời gian ở tương lai. Hãy kiểm tra đồng hồ của máy này, rồi hỏi lại nhà trường."
    ),
    # Certificate paths
    "path.unknown-issuer": gettext_noop(
        "Chứng thư của người ký không nằm trong danh sách tin cậy — hãy hỏi lại nhà trường."
    ),
    "path.revoked": gettext_noop("Chứng thư của người ký đã bị thu hồi trước khi ký — không dùng bản này."),
    "path.authority-revoked": gettext_noop(
        "Chứng thư của nơi cấp đã bị thu hồi — không dùng bản này, hãy hỏi lại nhà trường."
    ),
    "path.expired": gettext_noop("Chứng thư của người ký đã hết hạn khi ký — hãy hỏi lại nhà trường."),
    "path.not-yet-valid": gettext_noop(
        "Chứng thư của người ký chưa có hiệu lực khi ký — không dùng bản này."
    ),
    "path.revocation-unknown": gettext_noop(
        "Tệp không cho biết chứng thư của người ký có bị thu hồi hay không — hãy hỏi lại nhà trường."
    ),
    "path.weak-algorithm": gettext_noop(
        "Chứng thư dùng thuật toán không còn an toàn. Hãy hỏi lại nhà trường."
    ),
    "path.broken": gettext_noop("Chuỗi chứng thư không liền — hãy hỏi lại nhà trường."),
    "path.evidence-too-large": gettext_noop("Bằng chứng kèm chữ ký lớn quá mức — không dùng bản này."),
    "path.evidence-unreadable": gettext_noop(
        "Không đọc được bằng chứng kèm chữ ký. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    # Evidence beside the signatures
    "evidence.form": gettext_noop(
        "Bằng chứng kèm chữ ký bị hỏng hoặc đã bị sửa — không dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "evidence.signature": gettext_noop(
        "Bằng chứng kèm chữ ký không do đúng nơi cấp ký — không dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "evidence.superfluous": gettext_noop(
        "Tệp có bằng chứng lạ được thêm vào sau khi phát hành — không dùng bản này. Hãy xin nhà trường "
        "gửi lại tệp gốc."
    ),
    "evidence.order": gettext_noop(
        "Bằng chứng kèm chữ ký bị lặp lại hoặc sai thứ tự — không dùng bản này. Hãy xin nhà trường gửi lại "
        "tệp gốc."
    ),
    "evidence.missing": gettext_noop(
        "Tệp thiếu bằng chứng phải kèm theo chữ ký. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "evidence.issuer-unknown": gettext_noop(
        "Chưa kiểm tra được một bằng chứng kèm chữ ký vì máy này không biết nơi cấp. Hãy cập nhật thư mục "
        "tin cậy."
    ),
    "evidence.answer-unknown": gettext_noop(
        "Nơi cấp chứng thư trả lời rằng không biết chứng thư này — hãy hỏi lại nhà trường."
    ),
    "evidence.future": gettext_noop(
        "Bằng chứng kèm chữ ký đề ngày ở tương lai. Hãy kiểm tra đồng hồ của máy này, rồi hỏi lại nhà trường."
    ),
    "evidence.stale": gettext_noop(
        "Bằng chứng kèm chữ ký đã quá cũ khi đóng dấu thời gian. Hãy hỏi lại nhà trường."
    ),
    # Authority and standing
    "authority.no-register": gettext_noop(
        "Không có danh sách chứng thư được duyệt nên chưa biết người ký có thẩm quyền không — hãy hỏi Sở "
        "hoặc nhà trường."
    ),
    "authority.not-approved": gettext_noop(
        "Chứng thư này chưa được duyệt để ký với vai trò đó tại trường này — không dùng bản này."
    ),
    "authority.not-approved-then": gettext_noop(
        "Lúc ký, chứng thư này chưa được duyệt — không dùng bản này, hãy hỏi nhà trường."
    ),
    "authority.ended": gettext_noop(
        "Chữ ký được tạo khi chứng thư đã bị ngừng%(on)s (mất, lộ khóa hoặc thôi dùng) — không dùng bản này, hãy xin"
        " nhà trường bản mới."
    ),
    "status.no-list": gettext_noop(
        "Không có danh sách thu hồi nên chưa biết học bạ còn hiệu lực không. Hãy tra cứu bằng mã trên "
        "trang xác thực."
    ),
    "status.withdrawn": gettext_noop("Đã bị thu hồi%(on)s. Chữ ký vẫn đúng nhưng học bạ không còn giá trị."),
    "status.replaced": gettext_noop(
        "Đã được thay thế bằng bản mới%(on)s. Chữ ký vẫn đúng nhưng bản này không còn giá trị; hãy xin "
        "nhà trường bản mới."
    ),
    # The bundle
    "bundle.too-large": gettext_noop("Gói lớn hơn mức cho phép (10 MB, bung ra 20 MB) — không dùng gói này."),
    "bundle.not-zip": gettext_noop(
        "Gói ZIP bị hỏng hoặc có phần lạ xen vào. Hãy xin nhà trường gửi lại gói gốc."
    ),
    "bundle.names": gettext_noop(
        "Gói không có đúng sáu tệp của một gói học bạ. Hãy xin nhà trường gửi lại gói gốc."
    ),
    "bundle.part": gettext_noop(
        "Tệp %(part)s trong gói bị khóa, bị hỏng hoặc là liên kết. Hãy xin nhà trường gửi lại gói gốc."
    ),
    "bundle.manifest-form": gettext_noop(
        "Tệp manifest.json trong gói viết sai. Hãy xin nhà trường gửi lại gói gốc."
    ),
    "bundle.manifest-digest": gettext_noop("Tệp %(part)s trong gói đã bị thay — không dùng gói này."),
    "bundle.code-differs": gettext_noop(
        "Mã tra cứu của gói khác mã tra cứu trong học bạ — không dùng gói này."
    ),
    "bundle.pdf-other-xml": gettext_noop(
        "PDF và XML trong gói không phải của cùng một bản học bạ — không dùng gói này."
    ),
    "bundle.list-broken": gettext_noop(
        "Danh sách tin cậy kèm trong gói đã bị sửa hoặc giả mạo — không dùng gói này."
    ),
    # The log
    "log.no-key": gettext_noop(
        "Máy này không có khóa của sổ công khai nên chưa kiểm tra được bằng chứng ghi sổ. Hãy cập nhật "
        "thư mục tin cậy."
    ),
    "log.proof-wrong": gettext_noop(
        "Bằng chứng ghi sổ công khai không đúng: học bạ này không có trong sổ — không dùng bản này."
    ),
    "log.leaf-form": gettext_noop(
        "Bằng chứng ghi sổ không nói về việc phát hành học bạ — không dùng bản này."
    ),
    "log.leaf-differs": gettext_noop("Sổ công khai ghi một tệp khác với tệp trong gói — không dùng bản này."),
    "log.cosigned": gettext_noop("Sổ công khai đã được %(count)s bên chứng kiến ký xác nhận: %(names)s."),
    # What the verifier believes
    "trust.absent": gettext_noop(
        "Không có thư mục tin cậy nên chưa biết tin ai. Hãy chỉ thư mục bằng --trust hoặc cấu hình "
        "HOCBA_TRUST."
    ),
    "trust.missing": gettext_noop("Thư mục tin cậy thiếu tệp %(file)s. Hãy lấy lại thư mục tin cậy."),
    "trust.anchors-form": gettext_noop(
        "Tệp %(file)s của thư mục tin cậy viết sai. Hãy lấy lại thư mục tin cậy."
    ),
    "trust.certificate": gettext_noop(
        "Không đọc được chứng thư %(file)s của thư mục tin cậy. Hãy lấy lại thư mục tin cậy."
    ),
    "trust.list-form": gettext_noop("Danh sách %(list)s.json viết sai. Hãy lấy lại thư mục tin cậy."),
    "trust.signature": gettext_noop(
        "Chữ ký của danh sách %(list)s.json không đúng: danh sách đã bị sửa. Hãy lấy lại thư mục tin cậy."
    ),
    "trust.signer": gettext_noop(
        "Chứng thư ký danh sách %(list)s.json không được phép ký. Hãy lấy lại thư mục tin cậy."
    ),
    "trust.expired": gettext_noop(
        "Chứng thư ký danh sách %(list)s.json không có hiệu lực vào ngày ký. Hãy lấy lại thư mục tin cậy."
    ),
    "trust.scope": gettext_noop(
        "Danh sách %(file)s chỉ trích cho một trường khác nên không dùng được ở đây. "
        "Hãy lấy lại thư mục tin cậy."
    ),
    "trust.anchor": gettext_noop(
        "Danh sách tin cậy không do đơn vị vận hành mà máy này tin ký. Hãy lấy lại thư mục tin cậy."
    ),
    # The PDF
    "pdf.too-large": gettext_noop("Tệp PDF lớn quá mức của một học bạ (10 MB) — không dùng bản này."),
    "pdf.unreadable": gettext_noop(
        "Tệp PDF bị hỏng hoặc đã được ghi lại bằng phần mềm khác — không dùng bản này. Hãy xin nhà "
        "trường gửi lại tệp gốc."
    ),
    "pdf.too-complex": gettext_noop("Tệp PDF phức tạp quá mức của một học bạ — không dùng bản này."),
    "pdf.encrypted": gettext_noop(
        "Tệp PDF đặt mật khẩu; học bạ số không bao giờ như vậy. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "pdf.not-signed": gettext_noop(
        "Tệp PDF không có chữ ký số của nhà trường — không dùng bản này. Bản in lại hoặc chụp lại "
        "không kiểm tra được."
    ),
    "pdf.signature-count": gettext_noop(
        "Tệp PDF không có đúng một chữ ký và một dấu thời gian của nhà trường — không dùng bản này."
    ),
    "pdf.not-certified": gettext_noop("Chữ ký trên PDF không khóa việc sửa đổi — không dùng bản này."),
    "pdf.not-whole-file": gettext_noop("Chữ ký không bao trùm toàn bộ tệp PDF — không dùng bản này."),
    "pdf.hidden-objects": gettext_noop("Tệp PDF có phần bị che hoặc bị tráo — không dùng bản này."),
    "pdf.changed-after-signing": gettext_noop("Tệp PDF đã bị thêm nội dung sau khi ký — không dùng bản này."),
    "pdf.active-content": gettext_noop("Tệp PDF có mã lệnh hoặc nội dung tự thay đổi — không dùng bản này."),
    "pdf.annotation": gettext_noop("Tệp PDF có ghi chú hoặc hình dán thêm — không dùng bản này."),
    "pdf.form": gettext_noop("Tệp PDF có ô điền thêm — không dùng bản này."),
    "pdf.optional-content": gettext_noop("Tệp PDF có lớp ẩn hiện được — không dùng bản này."),
    "pdf.page-structure": gettext_noop("Các trang của PDF không phải của một học bạ — không dùng bản này."),
    "pdf.attachment-missing": gettext_noop(
        "PDF không kèm tệp XML đã đóng dấu — không dùng bản này. Hãy xin nhà trường gửi lại tệp gốc."
    ),
    "pdf.attachment-extra": gettext_noop("PDF kèm thêm tệp lạ — không dùng bản này."),
    "pdf.attachment-relationship": gettext_noop(
        "Tệp XML kèm trong PDF không được khai là dữ liệu gốc — không dùng bản này."
    ),
    "pdf.metadata": gettext_noop("Thông tin mô tả của PDF không khớp dữ liệu học bạ — không dùng bản này."),
    "pdf.digest": gettext_noop("Nội dung PDF đã bị thay đổi sau khi ký — không dùng bản này."),
    "pdf.signature": gettext_noop("Chữ ký trên PDF không đúng với chứng thư — không dùng bản này."),
    "pdf.signature-form": gettext_noop("Chữ ký trên PDF không đúng dạng yêu cầu — không dùng bản này."),
    "pdf.weak-algorithm": gettext_noop(
        "Chữ ký trên PDF dùng thuật toán không còn an toàn. Hãy đề nghị nhà trường ký lại."
    ),
    "pdf.timestamp-missing": gettext_noop(
        "Chữ ký trên PDF không có dấu thời gian nên không chứng minh được ký lúc nào. Hãy hỏi lại nhà trường."
    ),
    "pdf.timestamp-order": gettext_noop("Các dấu thời gian trên PDF sai thứ tự — không dùng bản này."),
    "pdf.time-apart": gettext_noop(
        "Thời gian ký ghi trên PDF cách dấu thời gian quá xa — không dùng bản này."
    ),
    "pdf.before-xml": gettext_noop("PDF được ký trước khi dữ liệu được đóng dấu — không dùng bản này."),
    "pdf.other-organisation": gettext_noop(
        "PDF được ký bởi tổ chức khác với trường đã đóng dấu dữ liệu — không dùng bản này."
    ),
    "pdf.text-differs": gettext_noop("Chữ trên trang PDF khác dữ liệu đã ký — không dùng bản này."),
    "pdf.text-unreadable": gettext_noop(
        "Không đọc được chữ trên trang PDF để so với dữ liệu đã ký — không dùng bản này, hãy xin nhà "
        "trường gửi lại tệp gốc."
    ),
    "pdf.letters": gettext_noop(
        "Hình chữ nhúng trong PDF không phải chữ mà tệp khai (mắt thấy một đằng, máy đọc một nẻo) — "
        "không dùng bản này."
    ),
    "pdf.painted": gettext_noop(
        "Trang PDF có nét vẽ, hình che hoặc chữ bị giấu, bị dời chỗ — không dùng bản này. Hãy xem dữ liệu "
        "đã ký hoặc xin nhà trường gửi lại tệp gốc."
    ),
    "pdf.unexpected": gettext_noop(
        "Gặp điều lạ trong tệp PDF nên không thể bảo đảm — không dùng bản này, hãy hỏi lại nhà trường."
    ),
}
