"""Feature files: scenarios of steps with tables and texts."""
import re
from dataclasses import dataclass, field


@dataclass
class Step:
    text: str
    line: int
    rows: list = field(default_factory=list)   # (line, cells)
    doc: list = None


@dataclass
class Scenario:
    name: str
    line: int
    steps: list = field(default_factory=list)
    tags: set = field(default_factory=set)


STEP = re.compile(r"(Given|When|Then|And|But|\*) (.*)")


def cells(text):
    """The cells of a row; "\\|" is a bar."""
    return [cell.strip().replace("\0", "|") for cell in text.replace("\\|", "\0").strip("|").split("|")]


def read(path):
    """Scenarios of a file, with the steps of its background before their own."""
    background, scenarios, steps, doc, indent, tags = [], [], None, None, 0, set()
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = raw.strip()
        if doc is not None:
            if text == '"""':
                doc = None
            else:
                doc.append(raw[indent:])
        elif text == '"""':
            doc, indent = [], len(raw) - len(raw.lstrip())
            steps[-1].doc = doc
        elif text.startswith("@"):
            tags |= set(text.split())
        elif not text or text[0] == "#":
            pass
        elif text.startswith("Feature:"):
            tags = set()
        elif text.startswith("Background:"):
            steps = background
        elif re.match(r"Scenario( Outline)?:", text):
            scenarios.append(Scenario(text.split(":", 1)[1].strip(), number, list(background), tags))
            tags = set()
            steps = scenarios[-1].steps
        elif text.startswith("|"):
            steps[-1].rows.append((number, cells(text)))
        elif STEP.match(text):
            steps.append(Step(STEP.match(text)[2].rstrip(":"), number))
    return scenarios


def records(step):
    """The rows under a heading: (line, {column: cell})."""
    heading = step.rows[0][1]
    return [(line, dict(zip(heading, row))) for line, row in step.rows[1:]]
