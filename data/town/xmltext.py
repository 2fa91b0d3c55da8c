"""A small writer of XML text, one element per line."""

from xml.sax.saxutils import escape, quoteattr


class Xml:
    def __init__(self):
        self.lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._open = []

    def open(self, tag, **attributes):
        self.lines.append(f"<{tag}{_text(attributes)}>")
        self._open.append(tag)

    def close(self, count=1):
        for _ in range(count):
            self.lines.append(f"</{self._open.pop()}>")

    def leaf(self, tag, text, **attributes):
        self.lines.append(f"<{tag}{_text(attributes)}>{escape(str(text))}</{tag}>")

    def empty(self, tag, **attributes):
        self.lines.append(f"<{tag}{_text(attributes)}/>")

    def text(self):
        assert not self._open, self._open
        return "\n".join([*self.lines, ""])


def _text(attributes):
    """Attribute text; in names "__" stands for ":" (gml__id)."""
    return "".join(f" {k.replace('__', ':').rstrip('_')}={quoteattr(str(v))}" for k, v in attributes.items())
