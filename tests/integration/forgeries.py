# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages that are wrong in one place, and the exact bytes that each is answered with.

A row is a check of the contract by its number, a change of a valid message, and the fault. The
message is signed again after the change, so that nothing but the change is wrong, unless the row is
about the signature. Each row runs in both versions of SOAP.
"""

import base64
import collections
import datetime
import pathlib
import re
import sys

PEERS = pathlib.Path(__file__).resolve().parent.parent / "peers"
sys.path[:0] = [str(PEERS), str(PEERS / "clients")]
import base  # noqa: E402
import wss  # noqa: E402
from wcf import Wcf  # noqa: E402
from wss import S11, S12, WSA, WSSE  # noqa: E402

VERSIONS = {"1.1": S11, "1.2": S12}
DS = wss.DS
REF = r" \(ref: [0-9a-f]{16}\)"
Row = collections.namedtuple("Row", "check name want changes how")


def row(check, name, want, *changes, how="again"):
    """how: "again", signed again after the change; "damaged", not; a system, signed by that one."""
    return Row(check, name, want, changes, how)


class Sender(Wcf):
    """A client whose messages are changed before they are sent."""
    row = "forger"
    content = None

    def __init__(self, land, version=S12, system="KY"):
        super().__init__(land, system)
        self.version, self.land = version, land
        self.sts_key = wss.Key(land.pki / "platform" / "adgangsstyring")

    def send(self, url, message, action):
        """Whatever comes back: what is no message is answered in SOAP 1.2."""
        path = "/" + url.split("/", 3)[3]
        status, _, answer = self.wire.ask("POST", path, message, self.headers(action))
        self.wire.keep(path, status, message, answer)
        return status, answer

    def signed_by(self, how):
        if how == "again":
            return self.key
        return wss.Key(next(p for p in (self.land.pki / "systems" / how, self.land.pki / "odd" / how)
                            if p.exists()))


def changed(text, changes):
    """Each change is (old, new), or a function; what changes nothing proves nothing."""
    for c in changes:
        before = text
        text = c(text) if callable(c) else text.replace(c[0], c[1], 1)
        assert text != before, f"nothing to change: {c}"
    return text


def signed_again(text, key):
    """The signature of the message: the last one in its header."""
    at = text.rindex("<SignedInfo>") if "<SignedInfo>" in text else None
    if at is None:
        return text.encode()
    head, tail = text[:at], text[at:]
    tail = re.sub(r"<DigestValue>[^<]*<", f"<DigestValue>{base.DIGEST}<", tail)
    tail = re.sub(r"<SignatureValue>[^<]*<", f"<SignatureValue>{base.VALUE}<", tail, count=1)
    return base.signed(head + tail, key, part_of)


def part_of(root, uri, transform):
    """As a signer that is not careful: what is nowhere is signed as the Body."""
    try:
        return base.part_of(root, uri, transform)
    except (StopIteration, IndexError):
        return root[-1]


def token_signed_again(text, key):
    """A token whose one signature fits what it says now."""
    root = wss.parse(text.encode())
    sig = root.find(wss.q(DS, "Signature"))
    root.remove(sig)
    digest = wss.digest(wss.c14n(root))
    text = re.sub(r"<DigestValue>[^<]*<", f"<DigestValue>{digest}<", text, count=1)
    info = wss.parse(text.encode()).find(f"{wss.q(DS, 'Signature')}/{wss.q(DS, 'SignedInfo')}")
    value = base64.b64encode(key.sign(wss.c14n(info))).decode()
    return re.sub(r"<SignatureValue>[^<]*<", f"<SignatureValue>{value}<", text, count=1)


# --- changes ---

def without(name):
    """An element is gone, and the reference to it."""
    def change(text):
        m = re.search(rf'<(\w+:)?{name}\b[^>]*?(u:Id="([^"]*)")?[^>]*>.*?</\1?{name}>', text, re.S)
        found = re.search(r'u:Id="([^"]*)"', m.group(0))
        text = text.replace(m.group(0), "", 1)
        return unsigned(found.group(1))(text) if found else text
    return change


def unsigned(uri):
    def change(text):
        return re.sub(rf'<Reference URI="#{re.escape(uri)}">.*?</Reference>', "", text, count=1, flags=re.S)
    return change


def stamp_unsigned(text):
    return unsigned(re.search(r'<u:Timestamp u:Id="([^"]*)"', text).group(1))(text)


def header(xml):
    """One more block before Security; s, a and u are bound."""
    return ("<o:Security ", xml + "<o:Security ")


def in_security(xml):
    return ("<u:Timestamp ", xml + "<u:Timestamp ")


def also_signed(uri):
    """One more reference in the message's signature, which is the last."""
    def change(text):
        at = text.rindex("<SignedInfo>")
        return text[:at] + text[at:].replace("<Reference URI=", base.reference(uri) + "<Reference URI=", 1)
    return change


def last(old, new):
    """The last occurrence: in the message's signature, where the token has one too."""
    def change(text):
        at = text.rindex(old)
        return text[:at] + new + text[at + len(old):]
    return change


def times(created, expires):
    """Created and Expires, in seconds from now."""
    def change(text):
        for name, seconds in (("Created", created), ("Expires", expires)):
            moment = wss.stamp(wss.now() + datetime.timedelta(seconds=seconds))
            text = re.sub(rf"<u:{name}>[^<]*<", f"<u:{name}>{moment}<", text, count=1)
        return text
    return change


# --- wants: the Fault element, byte for byte ---

def security(code, text, sender="Sender"):
    """wsse:X, wsa:X or wsa:X/wsa:Y: unsigned, with a reference to the log."""
    ns = {"wsse": WSSE, "wsa": WSA, "sbf": wss.LIBERTY}
    prefix = code.split(":")[0]

    def want(version):
        if version == S11:
            first = code.split("/")[0]
            return (f'<s:Fault><faultcode xmlns:{prefix}="{ns[prefix]}">{first}</faultcode>'
                    f'<faultstring xml:lang="en">{text}', "</faultstring></s:Fault>")
        values = code.split("/")
        sub = "".join(f'<s:Subcode><s:Value xmlns:{prefix}="{ns[prefix]}">{v}</s:Value>' for v in values)
        return (f"<s:Fault><s:Code><s:Value>s:{sender}</s:Value>{sub}{'</s:Subcode>' * len(values)}</s:Code>"
                f'<s:Reason><s:Text xml:lang="en">{text}', "</s:Text></s:Reason></s:Fault>")
    want.is_signed = False
    return want


def plain(code, text):
    """A code of SOAP itself."""
    old = {"Sender": "Client", "Receiver": "Server"}

    def want(version):
        if version == S11:
            return (f"<s:Fault><faultcode>s:{old.get(code, code)}</faultcode>"
                    f'<faultstring xml:lang="en">{text}', "</faultstring></s:Fault>")
        return (f"<s:Fault><s:Code><s:Value>s:{code}</s:Value></s:Code><s:Reason>"
                f'<s:Text xml:lang="en">{text}', "</s:Text></s:Reason></s:Fault>")
    want.is_signed = False
    return want


def business(number, text):
    """The number is the local name of the code, in the envelope's namespace; the whole is signed."""
    def want(version):
        detail = (f'<StsFaultDetail xmlns="https://sts.kombit.dk/fault"><EventId>{number}</EventId>'
                  f"<Message>{text}</Message></StsFaultDetail>")
        if version == S11:
            return (f"<s:Fault><faultcode>s:{number}</faultcode><faultstring xml:lang=\"en\">{text}"
                    f"</faultstring><detail>{detail}</detail></s:Fault>", None)
        return (f"<s:Fault><s:Code><s:Value>s:{number}</s:Value></s:Code><s:Reason>"
                f'<s:Text xml:lang="en">{text}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>', None)
    want.is_signed = True
    return want


def check_fault(answer, want, version):
    """The bytes between the Body's tags."""
    text = answer.decode()
    fault = re.search(r"<s:Body[^>]*>(.*)</s:Body>", text, re.S)
    assert fault, text
    head, tail = want(version)
    if tail is None:
        assert fault.group(1) == head
    else:
        assert re.fullmatch(re.escape(head) + REF + re.escape(tail), fault.group(1)), fault.group(1)
    assert text.startswith(f'<s:Envelope xmlns:s="{version}"'), text[:80]
    assert ("<Signature " in text) == want.is_signed
