"""Reads tables in files: one question a line, as JSON, and one answer a line."""

import base64
import datetime
import decimal
import json
import os
import sys

import duckdb
import pyarrow.parquet


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


def view(folder, table, query):
    os.chdir(folder)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        with open(f"{table}/view.sql") as sql:
            connection.execute(sql.read())
        answer = connection.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row)) for row in answer.fetchall()]


def parts(folder, table):
    with open(f"{folder}/{table}/manifest.json") as manifest:
        commits = json.load(manifest)["commits"]
    return [f"{folder}/{table}/{commit['file']}" for commit in commits if "file" in commit]


def arrow(folder, table, query):
    files = [pyarrow.parquet.ParquetFile(part) for part in parts(folder, table)]
    return {
        "schema": [str(field) for field in files[0].schema_arrow],
        "parquet": [str(files[0].schema.column(at).logical_type) for at in range(len(files[0].schema))],
        "rows": [row for file in files for row in file.read().to_pylist()],
    }


def lines(folder, table, query):
    return [json.loads(line) for part in parts(folder, table) for line in open(part)]


for line in sys.stdin:
    ask = json.loads(line)
    answer = {"view": view, "arrow": arrow, "lines": lines}[ask["by"]]
    try:
        answer = answer(ask["folder"], ask["table"], ask["query"])
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=plain), flush=True)
