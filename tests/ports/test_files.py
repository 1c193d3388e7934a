"""Files are kept under their own hash, whole or not at all, and nothing from outside becomes a path."""

import hashlib
from pathlib import Path

import pytest

from helpdesk import files
from helpdesk.domain.errors import Invalid, NotFound, Unavailable

CONTENT = "año".encode()


def test_what_is_put_is_got_back_by_its_hash(tmp_path: Path) -> None:
    store = files.Files(tmp_path / "files")
    digest = store.put(CONTENT)
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert store.get(digest) == CONTENT
    with store.open(digest) as file:
        assert file.read() == CONTENT


def test_putting_twice_keeps_one_file_and_no_remains(tmp_path: Path) -> None:
    store = files.Files(tmp_path)
    store.put(CONTENT)
    store.put(CONTENT)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_an_existing_file_is_never_written_again(tmp_path: Path) -> None:
    store = files.Files(tmp_path)
    path = store.path(store.put(CONTENT))
    before = path.stat().st_ino
    store.put(CONTENT)
    assert path.stat().st_ino == before


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "A" * 64, "/etc/passwd", "0" * 63 + "/"])
def test_only_a_hash_names_a_file(tmp_path: Path, digest: str) -> None:
    with pytest.raises(Invalid):
        files.Files(tmp_path).get(digest)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="not in the store"):
        files.Files(tmp_path).get("0" * 64)


def test_a_store_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="does not take the file"):
        files.Files(tmp_path / "file").put(CONTENT)


@pytest.mark.parametrize("url", ["file:/srv/mis%20archivos", "file:///srv/mis%20archivos"])
def test_a_url_names_the_folder(url: str) -> None:
    assert files.at(url).root == Path("/srv/mis archivos")


@pytest.mark.parametrize("url", ["s3://bucket/files", "file://elsewhere/files", "/srv/files"])
def test_any_other_store_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(Invalid, match="only a folder works now"):
        files.at(url)
