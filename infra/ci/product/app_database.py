"""The product's database."""

import os
import sqlite3
from contextlib import contextmanager

USERS = "id TEXT PRIMARY KEY, account TEXT, email TEXT UNIQUE, name TEXT, password TEXT, onramp_org TEXT, onramp_user TEXT"


@contextmanager
def database():
    """Opens the database, and commits at the end."""
    connection = sqlite3.connect(os.environ["DATABASE"])
    connection.row_factory = sqlite3.Row
    try:
        with connection:
            yield connection
    finally:
        connection.close()


def create(table: str):
    """Creates the users, and the table of the guide."""
    with database() as db:
        db.execute(f"CREATE TABLE users ({USERS})")
        db.execute(table)
