"""Values that databases repeat in their errors go, names stay."""

import traceback

import psycopg
import pytest

from loadaudit.runfile.database_messages import without_values
from tests import servers

SECRET = "zzsecret"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (
            'new row for relation "t" violates check constraint "t_c"\nDETAIL:  Failing row contains (zzsecret, -5).',
            'new row for relation "t" violates check constraint "t_c"\nDETAIL:  Failing row contains (…).',
        ),
        ("Failing row contains (1, a).\nzzsecret, -5).\n", "Failing row contains (…).\n"),
        ("Failing row contains (1, zzsec", "Failing row contains (…)"),
        (
            "DETAIL:  Partition key of the failing row contains (day) = (zzsecret).",
            "DETAIL:  Partition key of the failing row contains (day) = (…).",
        ),
        ("DETAIL:  Key (a)=(x\nzzsecret) already exists.", "DETAIL:  Key (a)=(…) already exists."),
        (
            "Key (d)=(zzsecret) conflicts with existing key (d)=(zzsecret).",
            "Key (d)=(…) conflicts with existing key (d)=(…).",
        ),
        (
            "invalid input syntax for type integer: \"zzsecret\"\nLINE 1: ...'b' AND a = 'zzsecret'\n   ^\nHINT: x",
            'invalid input syntax for type integer: "…"\nLINE 1: …\nHINT: x',
        ),
        ('invalid input syntax for type "char": "a "b"\nzzsecret"\n', 'invalid input syntax for type "char": "…"\n'),
        ('invalid input value for enum mood: "zzsecret"', 'invalid input value for enum mood: "…"'),
        ('date/time field value out of range: "zzsecret"', 'date/time field value out of range: "…"'),
        (
            'malformed array literal: "zzsecret"\nDETAIL:  Array value must start with "{".',
            'malformed array literal: "…"\nDETAIL:  Array value must start with "{".',
        ),
        ('value "zzsecret" is out of range for type integer', 'value "…" is out of range for type integer'),
        (
            'DETAIL:  Token "zzsecret" is invalid.\nCONTEXT:  JSON data, line 1: {"a": zzsecret',
            'DETAIL:  Token "…" is invalid.\nCONTEXT:  JSON data, line 1: …',
        ),
        (
            'CONTEXT:  COPY t, line 1, column amount: "zzsecret"',
            'CONTEXT:  COPY t, line 1, column amount: "…"',
        ),
        ("CONTEXT:  unnamed portal parameter $1 = 'zzsecret'", "CONTEXT:  unnamed portal parameter $1 = '…'"),
        ("syntax error at or near \"'zzsecret'\"", 'syntax error at or near "…"'),
        ("(1062, \"Duplicate entry 'it's zzsecret' for key 't.k'\")", "(1062, \"Duplicate entry '…' for key 't.k'\")"),
        (
            "(1366, \"Incorrect integer value: 'zzsecret' for column 'a' at row 1\")",
            "(1366, \"Incorrect integer value: '…' for column 'a' at row 1\")",
        ),
        (
            "(1292, \"Truncated incorrect DOUBLE value: 'zzsecret'\")",
            "(1292, \"Truncated incorrect DOUBLE value: '…'\")",
        ),
        (
            "the right syntax to use near 'x = 'zzsecret'' at line 1",
            "the right syntax to use near '…' at line 1",
        ),
    ],
)
def test_value_is_hidden(text: str, hidden: str) -> None:
    """The value alone, with line ends and quotes of its own, and also where the text was cut."""
    assert without_values(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        'relation "x" does not exist',
        'column "x" of relation "t" does not exist',
        'null value in column "x" of relation "t" violates not-null constraint',
        'duplicate key value violates unique constraint "t_x_key"',
        'syntax error at or near "FROM"',
        "value too long for type character varying(3)",
        "(1406, \"Data too long for column 'a' at row 1\")",
        "(1054, \"Unknown column 'x' in 'where clause'\")",
        "Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `c` FOREIGN KEY (`a`))",
        'near "x": syntax error',
        'File "/srv/app/views.py", line 3, in get',
    ],
)
def test_names_stay(text: str) -> None:
    """Tables, columns, constraints and types stand in quotes too."""
    assert without_values(text) == text


def test_what_postgresql_says(postgres_server: servers.Postgres, postgres_database: str) -> None:
    """Neither message nor traceback of a real error has the value; names and the exceptions behind it are left."""
    statements = (
        "INSERT INTO orders VALUES (1, 'zzsecret', -5)",
        "INSERT INTO orders VALUES (1, 'zzsecret', NULL)",
        "SELECT 1 FROM orders\nWHERE amount = 'zzsecret'",
        "SELECT date '99999-99-99 zzsecret'",
        "SELECT '{\"a\": zzsecret}'::jsonb",
        "SELECT 'zzsecret'::int[]",
        "SELECT 'zzsecret'::mood",
        "SELECT * FROM missing WHERE a = 'zzsecret'",
    )
    with psycopg.connect(postgres_server.dsn(postgres_database), autocommit=True) as connection:
        connection.execute("CREATE TYPE mood AS ENUM ('good')")
        connection.execute(
            "CREATE TABLE orders (id int, mail text, amount int NOT NULL CONSTRAINT paid CHECK (amount > 0))"
        )
        said = []
        for statement in statements:
            with pytest.raises(psycopg.Error) as caught:
                connection.execute(statement)
            said.append(without_values(str(caught.value)))
            said.append(without_values("".join(traceback.format_exception_only(caught.value))))
    assert not [one for one in said if SECRET in one]
    assert 'relation "orders" violates check constraint "paid"' in said[0]
    assert 'column "amount" of relation "orders"' in said[2]
    assert "for enum mood" in said[12]
    assert 'relation "missing" does not exist' in said[14]
