"""Seeds the catalog, with a price history that is large enough to make a missing index felt."""

from decimal import Decimal
from random import Random

from django.db import connection

from tests.demo.catalog.models import Category, Material, Supplier

WORKS = ("Earthworks", "Concrete", "Masonry", "Roofing", "Windows", "Plumbing", "Heating", "Electrics")
STUFF = (
    "Steel beam",
    "Brick",
    "Cement",
    "Roof tile",
    "Pipe",
    "Cable",
    "Window",
    "Insulation",
    "Gravel",
    "Door",
)
SUPPLIERS = 60
MATERIALS = 400

# Some hundred thousand rows through the ORM would take longer than the rest of the seed together.
_PRICES_SQLITE = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s)
INSERT INTO catalog_pricerecord (material_id, material_code, price, recorded_on)
SELECT m.id, m.code, 10 + (n.i * 37 %% 9973) / 100.0, date('2019-01-01', '+' || (n.i / %s) || ' days')
FROM n JOIN catalog_material m ON m.id = 1 + n.i %% %s ORDER BY n.i
"""
_PRICES_POSTGRESQL = """
INSERT INTO catalog_pricerecord (material_id, material_code, price, recorded_on)
SELECT m.id, m.code, 10 + (n.i * 37 %% 9973) / 100.0, DATE '2019-01-01' + (n.i / %s)::int
FROM generate_series(0::bigint, %s - 1) AS n(i) JOIN catalog_material m ON m.id = 1 + n.i %% %s ORDER BY n.i
"""


def seed_catalog(rng: Random, prices: int) -> None:
    """Make categories, suppliers, materials and `prices` price records."""
    categories = Category.objects.bulk_create(
        Category(code=f"C{n:02}", name=name) for n, name in enumerate(WORKS, start=1)
    )
    suppliers = Supplier.objects.bulk_create(
        Supplier(name=f"Supplier {n:02}", email=f"sales{n:02}@example.net", rating=rng.randint(1, 5))
        for n in range(1, SUPPLIERS + 1)
    )
    Material.objects.bulk_create(
        Material(
            code=f"MAT-{n:04}",
            name=f"{STUFF[n % len(STUFF)]} type {n}",
            category=rng.choice(categories),
            supplier=rng.choice(suppliers),
            unit=rng.choice(("m", "m2", "m3", "kg", "pcs")),
            price=Decimal(rng.randint(100, 90000)) / 100,
        )
        for n in range(1, MATERIALS + 1)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_PRICES_POSTGRESQL, [MATERIALS, prices, MATERIALS])
        else:
            cursor.execute(_PRICES_SQLITE, [max(prices, 1), MATERIALS, MATERIALS])
