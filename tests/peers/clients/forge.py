# SPDX-License-Identifier: GPL-3.0-or-later
"""Forgeries made by a program out of a client's valid message: elements moved, doubled, renamed, put in
another namespace, ids swapped, texts split by comments, transforms and algorithms swapped, and evil
copies put where a careless reader would look first. The seed is fixed.
"""

import copy
import random

from lxml import etree

import wss
from wss import DS, EXC, S11, S12, SAML, WSA, WSSE, WSU, q

NAMESPACES = (S11, S12, WSA, WSSE, WSU, DS, SAML, "urn:x")
TRANSFORMS = (EXC, EXC + "WithComments", wss.ENVELOPED, wss.STR_TRANSFORM, DS + "base64",
              "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/1999/REC-xpath-19991116")
PARTS = ("Envelope", "Header", "Body", "Action", "MessageID", "To", "ReplyTo", "Security", "Timestamp",
         "Assertion", "SecurityTokenReference", "BinarySecurityToken", "Signature", "SignedInfo", "Reference",
         "KeyInfo", "Subject", "Conditions", "AttributeStatement", "AttributeValue")


class Forge:
    def __init__(self, seed, swaps):
        """swaps: (signed text, evil text), what a forger would like to have believed."""
        self.random, self.swaps = random.Random(seed), swaps

    def pick(self, root, *names):
        found = [e for e in root.iter(etree.Element)
                 if etree.QName(e).localname in (names or PARTS) and e is not root]
        return self.random.choice(found)

    def anywhere(self, root, but):
        inside = set(but.iter())
        return self.random.choice([e for e in root.iter(etree.Element) if e not in inside])

    def evil(self, node):
        """A copy that says what the forger wants."""
        text = etree.tostring(node, with_tail=False).decode()
        for signed, wanted in self.swaps:
            text = text.replace(signed, wanted)
        made = wss.parse(text.encode())
        if self.random.random() < 0.5:
            for name in (wss.WSU_ID, "ID", "Id"):
                if made.get(name):
                    made.set(name, "_evil")
        return made

    # --- each changes the tree; False: it could not ---

    def moved(self, root):
        node = self.pick(root)
        where = self.anywhere(root, node)
        where.insert(self.random.randint(0, len(where)), node)

    def doubled(self, root):
        node = self.pick(root)
        node.addnext(copy.deepcopy(node))

    def doubled_evil(self, root):
        node = self.pick(root, "Body", "Assertion", "Timestamp", "Header", "Security", "Action")
        (node.addprevious if self.random.random() < 0.5 else node.addnext)(self.evil(node))

    def wrapped(self, root):
        """The signed part goes somewhere else, an evil one takes its place."""
        node = self.pick(root, "Body", "Assertion", "Timestamp", "MessageID", "Action")
        evil = self.evil(node)
        parent, at = node.getparent(), node.getparent().index(node)
        parent.remove(node)
        parent.insert(at, evil)
        where = self.random.choice([e for e in root.iter(etree.Element)])
        where.insert(self.random.randint(0, len(where)), node)

    def renamed(self, root):
        node = self.pick(root)
        node.tag = q(etree.QName(node).namespace or "urn:x", self.random.choice(PARTS))

    def other_namespace(self, root):
        node = self.pick(root)
        node.tag = q(self.random.choice(NAMESPACES), etree.QName(node).localname)

    def ids_swapped(self, root):
        holders = [e for e in root.iter(etree.Element) for n in (wss.WSU_ID, "ID") if e.get(n)]
        a, b = self.random.sample(holders, 2)

        def name(e):
            return wss.WSU_ID if e.get(wss.WSU_ID) else "ID"
        x, y = a.get(name(a)), b.get(name(b))
        a.set(name(a), y)
        b.set(name(b), x)

    def id_taken(self, root):
        """An evil copy, anywhere, under an id that is signed."""
        node = self.pick(root, "Body", "Assertion")
        where = self.anywhere(root, node)
        evil = self.evil(node)
        for n in (wss.WSU_ID, "ID"):
            if node.get(n):
                evil.set(n, node.get(n))
        where.insert(self.random.randint(0, len(where)), evil)

    def reference_elsewhere(self, root):
        refs = [e for e in root.iter(q(DS, "Reference"))]
        a, b = self.random.choice(refs), self.random.choice(refs)
        a.set("URI", self.random.choice(("", "#_evil", b.get("URI"), "http://evil.example/", "#xpointer(/)")))

    def comment_in_text(self, root):
        texts = [e for e in root.iter(etree.Element) if e.text and len(e.text) > 3 and not len(e)]
        node = self.random.choice(texts)
        at = self.random.randint(1, len(node.text) - 1)
        comment = etree.Comment(self.random.choice(("", "x")))
        comment.tail, node.text = node.text[at:], node.text[:at]
        node.insert(0, comment)

    def transform_swapped(self, root):
        node = self.random.choice([*root.iter(q(DS, "Transform")), *root.iter(q(DS, "CanonicalizationMethod"))])
        node.set("Algorithm", self.random.choice([t for t in TRANSFORMS if t != node.get("Algorithm")]))

    def algorithm_swapped(self, root):
        node = self.random.choice([*root.iter(q(DS, "SignatureMethod")), *root.iter(q(DS, "DigestMethod"))])
        node.set("Algorithm", self.random.choice((DS + "rsa-sha1", DS + "sha1", DS + "hmac-sha1", "urn:x")))

    def prefixes_listed(self, root):
        node = self.random.choice(list(root.iter(q(DS, "Transform"))))
        etree.SubElement(node, q(EXC, "InclusiveNamespaces"), PrefixList="s soap env u wsu a #default")

    def text_changed(self, root):
        for signed, wanted in self.swaps:
            for e in root.iter(etree.Element):
                if e.text and signed in e.text:
                    e.text = e.text.replace(signed, wanted)
                    return

    def dropped(self, root):
        node = self.pick(root)
        node.getparent().remove(node)

    KINDS = (moved, doubled, doubled_evil, wrapped, renamed, other_namespace, ids_swapped, id_taken,
             reference_elsewhere, comment_in_text, transform_swapped, algorithm_swapped, prefixes_listed,
             text_changed, dropped)

    def one(self, message, n):
        """The n-th forgery of the message, its kind named."""
        kind = self.KINDS[n % len(self.KINDS)]
        root = wss.parse(message)
        kind(self, root)
        if n % 4 == 3:  # two at once
            self.random.choice(self.KINDS)(self, root)
        return kind.__name__, etree.tostring(root)
