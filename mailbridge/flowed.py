"""format=flowed undone (RFC 3676)."""


def unwrapped(text: str, delsp: bool) -> str:
    """The text with its soft line breaks removed; quote marks stay before every paragraph."""
    paragraphs: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth, content = _quote_depth(line)
        signature = content == "-- "
        flows = content.endswith(" ") and not signature
        if flows and delsp:
            content = content[:-1]
        if open_depth == depth and not signature and open_depth is not None:
            paragraphs[-1] += content
        else:
            paragraphs.append((">" * depth + " " if depth else "") + content)
        open_depth = depth if flows else None
    return "\n".join(paragraphs)


def _quote_depth(line: str) -> tuple[int, str]:
    """How many quote marks a line has, and the line without them and without space-stuffing (§4.4)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")
