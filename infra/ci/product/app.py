"""A small product with its own users and sign-in. It joins Onramp only with the code of
docs/integrate/server-api.md: the module `onramp`, and the elements in `embed.html`.

    APP_URL=http://localhost:9000 DATABASE=product.db python app.py
"""

import json
import os
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from app_database import database
from flask import Flask, g, redirect, render_template_string, request, session
from onramp import join, onramp, repair
from werkzeug.security import check_password_hash, generate_password_hash

LAYOUT = """<!DOCTYPE html>
<html lang="en"><title>Product</title>
{% if g.user %}{{ embed | safe }}<h1>Hello, {{ g.user.name }}</h1><p>{{ path }}</p>
{% else %}<h1>{{ path }}</h1><form method="post">
{% for field in fields %}<label>{{ field }} <input name="{{ field }}"></label>{% endfor %}<button>Continue</button></form>
{% endif %}</html>"""
FIELDS = {"/sign-up": ["company", "name", "email", "password"], "/sign-in": ["email", "password"]}

app = Flask(__name__)
app.secret_key = os.urandom(32)
app.register_blueprint(onramp)


@app.before_request
def load_user():
    with database() as db:
        g.user = db.execute("SELECT * FROM users WHERE id = ?", [session.get("user")]).fetchone()


def page():
    embed = Path("embed.html").read_text(encoding="utf-8")
    return render_template_string(LAYOUT, embed=embed, path=request.path, fields=FIELDS.get(request.path))


@app.get("/sign-up")
@app.get("/sign-in")
def form():
    return page()


@app.post("/sign-up")
def sign_up():
    account = {"id": f"account-{uuid.uuid4()}", "name": request.form["company"]}
    user = {"id": f"user-{uuid.uuid4()}", "email": request.form["email"], "name": request.form["name"]}
    joined = join(account, user)
    with database() as db:
        password = generate_password_hash(request.form["password"])
        values = [user["id"], account["id"], user["email"], user["name"], password, *joined]
        db.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    session["user"] = user["id"]
    return redirect("/")


@app.post("/sign-in")
def sign_in():
    with database() as db:
        user = db.execute("SELECT * FROM users WHERE email = ?", [request.form["email"]]).fetchone()
    if not user or not check_password_hash(user["password"], request.form["password"]):
        return redirect("/sign-in")
    session["user"] = user["id"]
    return redirect("/")


# For the check: the states in the database, and the repair of the guide.
@app.get("/states")
def states():
    with database() as db:
        return {row["id"]: json.loads(row["state"]) for row in db.execute("SELECT * FROM organizations")}


@app.post("/repair")
def run_repair():
    with database() as db:
        repair([row["account"] for row in db.execute("SELECT account FROM users")])
    return "", 204


# The pages of the product, to which Onramp's tasks lead.
@app.get("/", defaults={"path": ""})
@app.get("/<path:path>")
def product(path):
    return page() if g.user else redirect("/sign-in")


if __name__ == "__main__":
    app.run(port=urlsplit(os.environ["APP_URL"]).port)
