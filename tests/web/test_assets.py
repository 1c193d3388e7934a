"""What we ship to browsers is exactly what its makers published."""

import base64
import gzip
import hashlib
import json

from helpdesk.web.assets import STATIC

VENDOR = STATIC / "vendor"
MOST_COMPRESSED = 150_000


def digest(content: bytes) -> str:
    """The SHA-384 in the form of subresource integrity."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    listed = {f"{name}/{file}": hash_ for name, each in manifest.items() for file, hash_ in each["files"].items()}
    found = {
        str(path.relative_to(VENDOR)): digest(path.read_bytes())
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == listed


def test_every_vendored_package_brings_its_licence() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    assert all("LICENSE.txt" in each["files"] and each["licence"] and each["version"] for each in manifest.values())


def test_scripts_and_styles_stay_below_the_limit_compressed() -> None:
    files = [*STATIC.rglob("*.js"), *STATIC.rglob("*.css")]
    assert len(files) >= 5
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < MOST_COMPRESSED
