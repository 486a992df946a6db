"""Writes a project's budget as CSV, XLSX, PDF or JSON.

The libraries that write files are imported when the first file is written, as they take a third of the site's start.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from tests.demo.projects.models import Project

COLUMNS = ("code", "category", "description", "quantity", "unit", "unit_price", "amount")
PDF_ROWS = 20

Row = tuple[str, str, str, Decimal, str, Decimal, Decimal]


def project_rows(project: Project, most: int = 200) -> list[Row]:
    """Return the budget's rows in the order of COLUMNS."""
    return [
        (
            item.code,
            item.category.code,
            item.description,
            item.quantity,
            item.unit,
            item.unit_price,
            item.amount,
        )
        for item in project.items.select_related("category")[:most]
    ]


def as_csv(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue()


def as_xlsx(rows: Iterable[Row]) -> bytes:
    """Return the rows as a workbook with one sheet."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Budget")
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append([float(value) if isinstance(value, Decimal) else value for value in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def as_pdf(title: str, rows: Sequence[Row]) -> bytes:
    """Return the first rows as a one-page PDF."""
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=14)
    pdf.cell(0, 10, _latin(title), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.set_font("helvetica", size=9)
    for code, _, description, _, _, _, amount in rows[:PDF_ROWS]:
        pdf.cell(0, 6, _latin(f"{code}  {description}  {amount}"), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(pdf.output())


def as_json(project: Project, rows: Iterable[Row]) -> str:
    """Return the project and its rows as a JSON document."""
    data = [dict(zip(COLUMNS, map(str, row), strict=True)) for row in rows]
    return json.dumps({"project": project.name, "version": project.version, "rows": data}, indent=1)


def _latin(text: str) -> str:
    """Return text that the PDF's built-in fonts have letters for."""
    return text.encode("latin-1", "replace").decode("latin-1")
