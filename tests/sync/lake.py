"""Reads tables in files, and files of DuckDB: one question a line, as JSON, and one answer a line."""

import base64
import datetime
import decimal
import functools
import json
import os
import sys

import duckdb
import pyarrow.fs
import pyarrow.parquet
from fsspec.implementations.arrow import ArrowFSWrapper


def plain(value):
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    return str(value)


# One instance answers all questions: to start one takes longer than most answers.
instance = duckdb.connect(config={"threads": 1})
instance.execute("SET GLOBAL TimeZone = 'UTC'")


def fetched(connection, query):
    answer = connection.execute(query)
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row)) for row in answer.fetchall()]


def viewed(sql, query):
    """What a view says that is gone afterwards."""
    with instance.cursor() as connection:
        connection.begin()
        connection.execute(sql)
        try:
            return fetched(connection, query)
        finally:
            connection.rollback()


def view(folder, table, query):
    os.chdir(folder)
    with open(f"{table}/view.sql") as sql:
        return viewed(sql.read(), query)


class Store(ArrowFSWrapper):
    """An object store for DuckDB, which gives it addresses."""

    @classmethod
    def _strip_protocol(cls, path):
        if isinstance(path, list):
            return [cls._strip_protocol(one) for one in path]
        return path.split("://", 1)[-1].rstrip("/")

    def glob(self, path, **options):
        return [f"{self.protocol}://{found}" for found in super().glob(path, **options)]


@functools.cache
def client(kind, port, account, key):
    if kind == "gs":
        return pyarrow.fs.SubTreeFileSystem(account, pyarrow.fs.LocalFileSystem())
    if kind == "s3":
        return pyarrow.fs.S3FileSystem(
            endpoint_override=f"127.0.0.1:{port}", scheme="http", access_key=account, secret_key=key, region="us-east-1"
        )
    return pyarrow.fs.AzureFileSystem(
        account_name=account,
        account_key=key,
        blob_storage_authority=f"127.0.0.1:{port}",
        blob_storage_scheme="http",
        dfs_storage_authority=f"127.0.0.1:{port}",
        dfs_storage_scheme="http",
    )


def bucket(folder, table, query, store):
    """The view as it is, with the addresses that are in it."""
    kind, path = folder.split("://")
    files = client(kind, *store)
    wrapped = type("Wrapped", (Store,), {"protocol": kind})(files, skip_instance_cache=True)
    instance.register_filesystem(wrapped)
    try:
        return viewed(files.open_input_stream(f"{path}/{table}/view.sql").read().decode(), query)
    finally:
        instance.unregister_filesystem(kind)


def names(folder, table, query, store):
    """What lies in a folder."""
    kind, path = folder.split("://")
    found = client(kind, *store).get_file_info(pyarrow.fs.FileSelector(f"{path}/{table}"))
    return sorted(info.base_name for info in found)


def make(folder, store):
    kind, path = folder.split("://")
    client(kind, *store).create_dir(path)


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


def attached(folder, query, options):
    with instance.cursor() as connection:
        connection.execute(f"ATTACH '{folder}' AS asked {options}")
        try:
            connection.execute("USE asked")
            return fetched(connection, query)
        finally:
            connection.execute("USE memory")
            connection.execute("DETACH asked")


def database(folder, query):
    return attached(folder, query, "(READ_ONLY)")


def change(folder, query):
    return attached(folder, query, "")


held = []


def hold(folder):
    held.append(duckdb.connect(folder))
    return []


def release(folder):
    held.pop().close()
    return []


ways = {way.__name__: way for way in (view, arrow, lines, bucket, names, make, database, change, hold, release)}
for line in sys.stdin:
    ask = json.loads(line)
    try:
        answer = ways[ask.pop("by")](**ask)
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer, default=plain), flush=True)
