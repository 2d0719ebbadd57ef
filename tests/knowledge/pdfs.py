"""PDFs for tests, written by fpdf2."""

from __future__ import annotations

from fpdf import FPDF
from fpdf.enums import AccessPermission
from PIL import Image


def care_sheet(pages: int = 3, outline: bool = False, password: str = "") -> bytes:
    """A leaflet with large headings, body text, items, running heads and page numbers."""
    pdf = FPDF()
    pdf.set_title("Care sheet")
    if password:
        pdf.set_encryption(
            owner_password="o", user_password=password, permissions=AccessPermission(0)
        )
    for number in range(1, pages + 1):
        pdf.add_page()
        pdf.set_font("helvetica", size=9)
        pdf.text(10, 10, "Sample Skin Clinic")
        pdf.text(100, 290, f"{number}")
        pdf.set_y(30)
        if outline:
            pdf.start_section(f"Day {number}")
            pdf.set_font("helvetica", size=11)
        else:
            pdf.set_font("helvetica", size=18)
        pdf.multi_cell(0, 10, f"Day {number}", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(8)
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(
            90, 5, f"On day {number} the skin is a little red and tight. This goes down by itself "
            "and needs no treatment at all.", align="L", new_x="LMARGIN", new_y="NEXT",
        )  # fmt: skip
        pdf.ln(8)
        for item in ("- Wash gently.", "- Keep out of the sun."):
            pdf.multi_cell(0, 5, item, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def pictures(pages: int = 2) -> bytes:
    """A scan: pages of pictures without any text."""
    pdf = FPDF()
    for number in range(pages):
        pdf.add_page()
        pdf.image(Image.new("RGB", (60, 60), (number, 20, 20)), x=20, y=20, w=60)
    return bytes(pdf.output())
