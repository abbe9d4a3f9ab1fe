"""The published schemas of the OGC, where there is a copy, and xmllint that judges by them."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SCHEMAS = Path(
    os.environ.get("OGC_SCHEMAS", Path(__file__).parents[1].parent / "shared" / "ogc-schemas")
)
XSD: Mapping[str, str] = {
    "wms": "ogc/wms/1.3.0/capabilities_1_3_0.xsd",
    "wms-exception": "ogc/wms/1.3.0/exceptions_1_3_0.xsd",
    "wmts": "ogc/wmts/1.0/wmtsGetCapabilities_response.xsd",
    "ows-exception": "ogc/ows/1.1.0/owsExceptionReport.xsd",
    "kml": "ogc/kml/2.2.0/ogckml22.xsd",
}
DTD = "dtd"
"""The document names its own, as those of WMS 1.1.1 do."""

needed = pytest.mark.skipif(
    shutil.which("xmllint") is None or not SCHEMAS.is_dir(), reason="no xmllint or no schemas"
)


def complaints(document: bytes, schema: str, folder: Path) -> str:
    """What is wrong with a document by a schema of ``XSD`` or by its ``DTD``; empty if nothing."""
    space = "urn:oasis:names:tc:entity:xmlns:xml:catalog"
    places = {
        "http://schemas.opengis.net/": "ogc",
        "http://www.w3.org/": "w3c",
        "http://docs.oasis-open.org/": "oasis",
    }
    rules = "".join(
        f'<{kind} {key}="{there}" rewritePrefix="{(SCHEMAS / here).as_uri()}/"/>'
        for there, here in places.items()
        for kind, key in (
            ("rewriteURI", "uriStartString"),
            ("rewriteSystem", "systemIdStartString"),
        )
    )
    catalog, path = folder / "catalog.xml", folder / "document.xml"
    catalog.write_text(f'<catalog xmlns="{space}">{rules}</catalog>')
    path.write_bytes(document)
    how = ["--valid"] if schema == DTD else ["--schema", str(SCHEMAS / XSD[schema])]
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", *how, str(path)],
        env={**os.environ, "XML_CATALOG_FILES": str(catalog)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stderr or "it failed in silence" if done.returncode else ""
