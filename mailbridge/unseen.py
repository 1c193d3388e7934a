"""Text that a page holds and does not show: it is not what its sender said, and decides nothing."""

import re

import lxml.html

# Each says by itself that nothing of the element is seen.
_HIDES = re.compile(
    r"(?:^|;)(?:display:none|visibility:(?:hidden|collapse)|opacity:0?\.?0*(?=[;!]|\Z)|mso-hide:all"
    r"|font-size:(?:0+(?:px|pt|em|rem|%)?|(?:0?\.\d+|1)(?:px|pt))(?=[;!]|\Z)|font:0(?:px|pt)?(?:/|[a-z])"
    r"|text-indent:-\d{3,}|(?:left|top|right|margin-left):-\d{3,}"
    r"|clip:rect\(0|clip-path:inset\((?:50|100)%|transform:scale\(0\))"
)
_COLLAPSED = re.compile(r"(?:^|;)(?:max-)?(?:height|width):0(?:px|pt|em|%)?(?=[;!]|\Z)")
_COLOUR = re.compile(r"(?:^|;)color:([^;!]{1,60})")
_GROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,60})")
_TRIPLE = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})")
_CLEAR = re.compile(r"(?:transparent|initial|unset|none|inherit|rgba\([^)]*,0?\.?0+\))\Z")
_NAMED = {"white": "#ffffff", "snow": "#fffafa", "ivory": "#fffff0", "black": "#000000"}
_PAPER = "#ffffff"
_NEVER_SHOWN = ("template", "title", "datalist")
# Two colours as near as this in each of red, green and blue cannot be told apart.
_NEAR = 24


def drop(tree: lxml.html.HtmlElement) -> bool:
    """Takes the elements that nobody sees out of the tree; False when there is none.

    One pass in the order of the document: the ground below an element is known when its children are looked at.
    """
    grounds: dict[lxml.html.HtmlElement, str] = {}
    hidden = list[lxml.html.HtmlElement]()
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        style = _style(element)
        ground = _ground(element, style) or grounds.get(element.getparent(), _PAPER)
        grounds[element] = ground
        if _is_unseen(element, style, ground):
            hidden.append(element)
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()
    return bool(hidden)


def _is_unseen(element: lxml.html.HtmlElement, style: str, ground: str) -> bool:
    if element.tag in _NEVER_SHOWN or element.get("hidden") is not None or _HIDES.search(style):
        return True
    if _COLLAPSED.search(style) and "overflow:hidden" in style:
        return True
    colour = _colour(element, style)
    return colour is not None and (colour == "transparent" or _alike(colour, ground))


def _style(element: lxml.html.HtmlElement) -> str:
    return re.sub(r"/\*.*?\*/|\s", "", (element.get("style") or "")[:2000].lower())


def _colour(element: lxml.html.HtmlElement, style: str) -> str | None:
    found = _COLOUR.search(style)
    return found.group(1) if found else (element.get("color") or "").strip().lower() or None


def _ground(element: lxml.html.HtmlElement, style: str) -> str:
    """The background that the element itself sets; "" when the one below it shows through."""
    found = _GROUND.search(style)
    ground = found.group(1) if found else (element.get("bgcolor") or "").strip().lower()
    return "" if _CLEAR.match(ground) else ground


def _alike(one: str, other: str) -> bool:
    first, second = _parts(one), _parts(other)
    if first is None or second is None:
        return one == other
    return all(abs(a - b) <= _NEAR for a, b in zip(first, second, strict=True))


def _parts(colour: str) -> tuple[int, ...] | None:
    """Red, green and blue of `#fff`, `#ffffff`, `rgb(…)` or a name; None for what is none of them."""
    written = _NAMED.get(colour, colour)
    triple = _TRIPLE.match(written)
    if triple is not None:
        return tuple(min(int(part), 255) for part in triple.groups())
    digits = written.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return tuple(bytes.fromhex(digits)) if re.fullmatch(r"[0-9a-f]{6}", digits) else None
