// The JDK's own XML signature verifier over many files: for each line of standard input, which names a file,
// it prints how many signatures the file has and how many of them hold with the first certificate beside them.
// It knows no profile, no trust and no time: only what the letter of XMLDSig says.

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;
import org.xml.sax.helpers.DefaultHandler;

public final class Judge {
    private static final String DS = XMLSignature.XMLNS;

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(judge(new File(line)));
        }
    }

    private static String judge(File file) {
        try {
            NodeList signatures = read(file).getElementsByTagNameNS(DS, "Signature");
            int good = 0;
            for (int place = 0; place < signatures.getLength(); place++) {
                good += holds((Element) signatures.item(place)) ? 1 : 0;
            }
            return signatures.getLength() + " " + good;
        } catch (Exception | StackOverflowError refused) {
            return "0 0";
        }
    }

    private static Document read(File file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        builder.setErrorHandler(new DefaultHandler());
        Document document = builder.parse(file);
        mark(document.getDocumentElement());
        return document;
    }

    private static void mark(Element element) {
        NamedNodeMap attributes = element.getAttributes();
        for (int place = 0; place < attributes.getLength(); place++) {
            Attr attribute = (Attr) attributes.item(place);
            if (attribute.getName().equalsIgnoreCase("id")) {
                element.setIdAttributeNode(attribute, true);
            }
        }
        for (var child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof Element) {
                mark((Element) child);
            }
        }
    }

    private static boolean holds(Element signature) {
        try {
            Element named = (Element) signature.getElementsByTagNameNS(DS, "X509Certificate").item(0);
            byte[] der = Base64.getMimeDecoder().decode(named.getTextContent());
            PublicKey key = CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der)).getPublicKey();
            DOMValidateContext context = new DOMValidateContext(key, signature);
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
            return XMLSignatureFactory.getInstance("DOM").unmarshalXMLSignature(context).validate(context);
        } catch (Exception refused) {
            return false;
        }
    }
}
