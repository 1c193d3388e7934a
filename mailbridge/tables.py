"""Tables of words, written as they read best."""


def entries(table: str) -> tuple[str, ...]:
    """The entries of a table, parted by bars and line ends, white space collapsed; the table is in lower case."""
    return tuple(" ".join(entry.split()) for entry in table.replace("\n", "|").split("|") if entry.strip())
