<?php
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client by PHP's SoapClient, made from the WSDLs that are served. It writes Body and types; the
 * security header is put in here, with PHP's own DOM, canonicalisation and openssl. Answers are
 * checked before SoapClient reads them.
 *
 * Usage: client.php STS-WSDL SERVICE-WSDL PKI-FOLDER CA SERVICE-ID CVR UUID [DAMAGE]
 * DAMAGE: "request", "call" or "answer": one byte is changed.
 */
const S12 = 'http://www.w3.org/2003/05/soap-envelope';
const WSA = 'http://www.w3.org/2005/08/addressing';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const WST = 'http://docs.oasis-open.org/ws-sx/ws-trust/200512';
const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const WSSE = OASIS . 'wssecurity-secext-1.0.xsd';
const WSU = OASIS . 'wssecurity-utility-1.0.xsd';
const SAMLID = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID';
const SAMLV2 = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV2.0';

function give_up(string $why): never
{
    fwrite(STDERR, $why . "\n");
    exit(1);
}

function uuid(): string
{
    return vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
}

function c14n(DOMNode $node): string
{
    return $node->C14N(true, false);
}

function first(DOMXPath $x, string $path): DOMElement
{
    $found = $x->query($path);
    if ($found === false || $found->length !== 1) {
        give_up("not one $path");
    }
    return $found->item(0);
}

function xpath(DOMDocument $doc): DOMXPath
{
    $x = new DOMXPath($doc);
    foreach (['s' => S12, 'a' => WSA, 'd' => DS, 'o' => WSSE, 'u' => WSU,
              'saml' => 'urn:oasis:names:tc:SAML:2.0:assertion'] as $prefix => $ns) {
        $x->registerNamespace($prefix, $ns);
    }
    return $x;
}

class Client extends SoapClient
{
    public ?string $token = null;
    public string $damage = '';
    public string $answer = '';
    private string $message_id;

    public function __construct(string $wsdl, private string $pki, string $ca, private string $peer)
    {
        $context = stream_context_create(['ssl' => ['cafile' => $ca, 'verify_peer' => true]]);
        parent::__construct($wsdl, ['soap_version' => SOAP_1_2, 'stream_context' => $context,
                                    'cache_wsdl' => WSDL_CACHE_NONE, 'exceptions' => true]);
    }

    public function __doRequest(string $request, string $location, string $action, int $version,
                                bool $one_way = false): ?string
    {
        $message = $this->secured($request, $location, $action);
        if ($this->damage === 'request') {
            $message = preg_replace('/>11111111</', '>22222222<', $message, 1);
        } elseif ($this->damage === 'call') {
            $message = preg_replace('/(UUIDIdentifikator>)./', '${1}f', $message, 1);
        }
        $answer = parent::__doRequest($message, $location, $action, $version);
        if ($this->damage === 'answer') {
            $answer = preg_replace('/StatusKode>\d/', 'StatusKode>9', $answer, 1);
        }
        $this->answer = $answer;
        if (!str_contains($answer, ':Fault>')) {
            $this->check($answer);
        }
        return $answer;
    }

    private function secured(string $request, string $location, string $action): string
    {
        $doc = new DOMDocument();
        $doc->loadXML($request);
        $x = xpath($doc);
        $body = first($x, '/s:Envelope/s:Body');
        $body->setAttributeNS(WSU, 'u:Id', 'body');
        foreach ($x->query('/s:Envelope/s:Header') as $old) {
            $old->parentNode->removeChild($old);
        }
        $this->message_id = 'urn:uuid:' . uuid();
        $now = time();
        [$created, $expires] = [gmdate('Y-m-d\TH:i:s\Z', $now), gmdate('Y-m-d\TH:i:s\Z', $now + 300)];
        $token = '';
        if ($this->token === null) {
            $der = preg_replace('/-----[^-]+-----|\s/', '', file_get_contents("$this->pki/systems/KY/cert.pem"));
            $token = '<o:BinarySecurityToken u:Id="key" ValueType="' . OASIS . 'x509-token-profile-1.0#X509v3" '
                . 'EncodingType="' . OASIS . "soap-message-security-1.0#Base64Binary\">$der</o:BinarySecurityToken>";
            $key = '<o:Reference URI="#key"/>';
        } else {
            preg_match('/ ID="([^"]+)"/', $this->token, $id);
            $key = '<o:KeyIdentifier ValueType="' . SAMLID . "\">$id[1]</o:KeyIdentifier>";
            $token = $this->token . "<o:SecurityTokenReference u:Id=\"str\">$key</o:SecurityTokenReference>";
        }
        // as text: a document would give the token other prefixes
        $header = '<s:Header xmlns:s="' . S12 . '" xmlns:a="' . WSA . '" xmlns:u="' . WSU . '">'
            . "<a:Action u:Id=\"h1\" s:mustUnderstand=\"1\">$action</a:Action>"
            . "<a:MessageID u:Id=\"h2\">$this->message_id</a:MessageID>"
            . "<a:To u:Id=\"h3\" s:mustUnderstand=\"1\">$location</a:To>"
            . '<o:Security xmlns:o="' . WSSE . '" s:mustUnderstand="1"><u:Timestamp u:Id="ts"><u:Created>'
            . "$created</u:Created><u:Expires>$expires</u:Expires></u:Timestamp>$token"
            . '<Signature xmlns="' . DS . '"><SignedInfo><CanonicalizationMethod Algorithm="' . EXC . '"/>'
            . '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>@references@'
            . "</SignedInfo><SignatureValue>@value@</SignatureValue><KeyInfo><o:SecurityTokenReference>$key"
            . '</o:SecurityTokenReference></KeyInfo></Signature></o:Security></s:Header>';
        $body->parentNode->insertBefore($doc->createTextNode('@header@'), $body);
        return $this->sign(str_replace('@header@', $header, $doc->saveXML($doc->documentElement)));
    }

    private function sign(string $text): string
    {
        $doc = new DOMDocument();
        $doc->loadXML($text);
        $x = xpath($doc);
        $references = '';
        foreach ($x->query('/s:Envelope/s:Header/a:*|/s:Envelope/s:Body|//o:Security/u:Timestamp'
            . '|//o:Security/o:BinarySecurityToken|//o:Security/o:SecurityTokenReference') as $part) {
            $is_str = $part->localName === 'SecurityTokenReference';
            $octets = c14n($is_str ? first($x, '//o:Security/saml:Assertion') : $part);
            $inside = $is_str ? '<o:TransformationParameters xmlns:o="' . WSSE . '"><CanonicalizationMethod '
                . 'Algorithm="' . EXC . '"/></o:TransformationParameters>' : '';
            $references .= '<Reference URI="#' . $part->getAttributeNS(WSU, 'Id') . '"><Transforms><Transform '
                . 'Algorithm="' . ($is_str ? OASIS . 'soap-message-security-1.0#STR-Transform' : EXC)
                . "\">$inside</Transform></Transforms>"
                . '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>'
                . base64_encode(hash('sha256', $octets, true)) . '</DigestValue></Reference>';
        }
        $text = str_replace('@references@', $references, $text);
        $doc->loadXML($text);
        $info = first(xpath($doc), '/s:Envelope/s:Header/o:Security/d:Signature/d:SignedInfo');
        $key = openssl_pkey_get_private("file://$this->pki/systems/KY/key.pem");
        openssl_sign(c14n($info), $value, $key, OPENSSL_ALGO_SHA256);
        return str_replace('@value@', base64_encode($value), $text);
    }

    private function check(string $answer): void
    {
        $doc = new DOMDocument();
        $doc->loadXML($answer);
        $x = xpath($doc);
        $sig = '/s:Envelope/s:Header/o:Security/d:Signature';
        $cert = openssl_x509_read(file_get_contents("$this->pki/platform/$this->peer/cert.pem"));
        $value = base64_decode(first($x, "$sig/d:SignatureValue")->textContent);
        if (openssl_verify(c14n(first($x, "$sig/d:SignedInfo")), $value, $cert, OPENSSL_ALGO_SHA256) !== 1) {
            give_up('signature of the answer');
        }
        $signed = [];
        foreach ($x->query("$sig/d:SignedInfo/d:Reference") as $r) {
            $id = substr($r->getAttribute('URI'), 1);
            $part = first($x, "//*[@u:Id='$id']");
            $digest = base64_encode(hash('sha256', c14n($part), true));
            if ($digest !== $x->evaluate('string(d:DigestValue)', $r)) {
                give_up("digest of $part->localName");
            }
            $signed[] = $part->localName;
        }
        if (array_diff(['Body', 'Action', 'RelatesTo', 'Timestamp'], $signed)) {
            give_up('not everything is signed');
        }
        if (first($x, '/s:Envelope/s:Header/a:RelatesTo')->textContent !== $this->message_id) {
            give_up('relates to another message');
        }
    }
}

function token(Client $sts, string $service, string $cvr): string
{
    $auth = 'http://docs.oasis-open.org/wsfed/authorization/200706';
    $xml = '<t:RequestSecurityToken xmlns:t="' . WST . '"><t:TokenType>' . SAMLV2 . '</t:TokenType><t:RequestType>'
        . WST . '/Issue</t:RequestType><p:AppliesTo xmlns:p="http://schemas.xmlsoap.org/ws/2004/09/policy">'
        . '<a:EndpointReference xmlns:a="' . WSA . "\"><a:Address>$service</a:Address></a:EndpointReference>"
        . "</p:AppliesTo><t:Claims Dialect=\"$auth/authclaims\"><c:ClaimType xmlns:c=\"$auth\" "
        . "Uri=\"dk:gov:saml:attribute:CvrNumberIdentifier\"><c:Value>$cvr</c:Value></c:ClaimType></t:Claims>"
        . '<t:KeyType>' . WST . '/PublicKey</t:KeyType></t:RequestSecurityToken>';
    $got = $sts->Trust13Issue(new SoapVar($xml, XSD_ANYXML));
    if (!isset($got->RequestSecurityTokenResponse)) {
        give_up('SoapClient sees no answer');
    }
    // as text, as it came: SoapClient would write it anew
    if (!preg_match('/<Assertion .*<\/Assertion>/s', $sts->answer, $m)) {
        give_up('no assertion');
    }
    return $m[0];
}

[, $sts_wsdl, $service_wsdl, $pki, $ca, $service, $cvr, $unit] = $argv;
$damage = $argv[8] ?? '';
try {
    $sts = new Client($sts_wsdl, $pki, $ca, 'adgangsstyring');
    $sts->damage = $damage === 'request' ? $damage : '';
    $token = token($sts, $service, $cvr);
    $enhed = new Client($service_wsdl, $pki, $ca, 'organisation');
    $enhed->token = $token;
    $enhed->damage = $damage;
    $got = $enhed->laes(['UUIDIdentifikator' => $unit]);
    $body = is_array($got) ? $got['response'] : $got;
    echo $body->StandardRetur->StatusKode;
    if (isset($body->FiltreretOejebliksbillede)) {
        $r = $body->FiltreretOejebliksbillede->Registrering;
        echo ' ' . (is_array($r) ? $r[0] : $r)->AttributListe->Egenskab->EnhedNavn;
    }
    echo "\n";
} catch (SoapFault $e) {
    give_up("SoapFault $e->faultcode: $e->faultstring");
}
