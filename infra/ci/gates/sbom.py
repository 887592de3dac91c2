"""Writes a software bill of materials (SBOM) in CycloneDX format for each function.

    python infra/ci/gates/sbom.py target/sbom

It lists the packages that the function links, with license, checksum, and dependencies, from
cargo's metadata.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[3]
TARGET = "x86_64-unknown-linux-gnu"


def cargo(*arguments: str) -> str:
    return subprocess.check_output(["cargo", *arguments, "--locked"], cwd=ROOT, text=True)


def linked(function: str) -> set[tuple[str, str]]:
    """Returns the name and version of every package that a function links."""
    selection = ("--package", function, "--edges", "normal", "--target", TARGET)
    tree = cargo("tree", *selection, "--prefix", "none", "--format", "{p}")
    return {(name, version.removeprefix("v")) for name, version, *_ in (line.split(" ") for line in tree.splitlines())}


def component(package: dict, checksums: dict) -> Component:
    name, version = package["name"], package["version"]
    checksum = checksums.get((name, version))
    return Component(
        type=ComponentType.LIBRARY,
        name=name,
        version=version,
        bom_ref=f"{name}@{version}",
        # Workspace crates are in no registry.
        purl=PackageURL("cargo", name=name, version=version) if package["source"] else None,
        licenses=[LicenseFactory().make_from_string(package["license"].replace("/", " OR "))],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=checksum)] if checksum else [],
    )


def bill(function: str, metadata: dict, checksums: dict) -> Bom:
    wanted = linked(function)
    chosen = {it["id"]: it for it in metadata["packages"] if (it["name"], it["version"]) in wanted}
    components = {id: component(it, checksums) for id, it in chosen.items()}
    root = next(id for id, it in chosen.items() if it["name"] == function)
    components[root].type = ComponentType.APPLICATION
    bom = Bom()
    bom.metadata.component = components[root]
    bom.components.update(it for id, it in components.items() if id != root)
    for node in metadata["resolve"]["nodes"]:
        if node["id"] in components:
            needed = [components[id] for id in node["dependencies"] if id in components]
            bom.register_dependency(components[node["id"]], needed)
    return bom


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    metadata = json.loads(cargo("metadata", "--format-version", "1", "--filter-platform", TARGET))
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    checksums = {(it["name"], it["version"]): it.get("checksum") for it in lock["package"]}
    valid = JsonStrictValidator(SchemaVersion.V1_6)
    for function in sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir()):
        bom = bill(function, metadata, checksums)
        text = JsonV1Dot6(bom).output_as_string(indent=1)
        if error := valid.validate_str(text):
            print(f"{function}: {error}", file=sys.stderr)
            return 1
        (folder / f"{function}.cdx.json").write_text(text, encoding="utf-8")
        print(f"✓ {function:<16} {len(bom.components)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
