"""XML documents held against the published schemas of the OGC, where there is a copy of these."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCHEMAS = Path(os.environ.get("OGC_SCHEMAS", Path(__file__).parents[2] / "shared" / "ogc-schemas"))
"""A folder with the published schemas, where there is one."""

needs_schemas = pytest.mark.skipif(
    shutil.which("xmllint") is None or not SCHEMAS.is_dir(), reason="no xmllint or no schemas"
)


def check(body: bytes, folder: Path, schema: str = "") -> None:
    """Fail unless a document is valid by a schema, such as ``wms/1.3.0/x.xsd``, or by its DTD."""
    space = "urn:oasis:names:tc:entity:xmlns:xml:catalog"
    rules = "".join(
        f'<{kind} {key}="{there}" rewritePrefix="{(SCHEMAS / here).as_uri()}/"/>'
        for there, here in (
            ("http://schemas.opengis.net/", "ogc"),
            ("http://www.w3.org/", "w3c"),
            ("http://docs.oasis-open.org/", "oasis"),
        )
        for kind, key in (
            ("rewriteURI", "uriStartString"),
            ("rewriteSystem", "systemIdStartString"),
        )
    )
    (folder / "catalog.xml").write_text(f'<catalog xmlns="{space}">{rules}</catalog>')
    (folder / "document.xml").write_bytes(body)
    how = ["--schema", str(SCHEMAS / "ogc" / schema)] if schema else ["--valid"]
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", *how, str(folder / "document.xml")],
        env={**os.environ, "XML_CATALOG_FILES": str(folder / "catalog.xml")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
