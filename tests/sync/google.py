"""Google Cloud Storage, as far as runs need it: the requests and conditions of https://cloud.google.com/storage/docs/xml-api,
for objects that are files of a folder. Ends with standard input."""

import email.utils
import http.server
import os
import pathlib
import sys
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
# Of each object the number of its version, which is as large as Google's, and different for all that were ever written.
generations, last, lock = {}, time.time_ns() // 1_000, threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"", name=None):
        self.send_response(status)
        if name:
            self.send_header("ETag", f'"{generations[name]}"')
            self.send_header("x-goog-generation", generations[name])
            self.send_header("Last-Modified", email.utils.formatdate(usegmt=True))
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def named(self):
        path, _, query = self.path.partition("?")
        return urllib.parse.unquote(path).strip("/"), urllib.parse.parse_qs(query)

    def do_PUT(self):
        global last
        name, _ = self.named()
        content = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = self.headers.get("x-goog-if-generation-match")
        with lock:
            if wanted is not None and wanted.strip('"') != str(generations.get(name, 0)):
                return self.refuse(412, "PreconditionFailed")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
            last += 1
            generations[name] = last
            self.answer(200, name=name)

    def do_GET(self):
        name, query = self.named()
        with lock:
            if "list-type" in query:
                return self.list(name, query.get("prefix", [""])[0])
            if name not in generations:
                return self.refuse(404, "NoSuchKey")
            self.answer(200, (folder / name).read_bytes(), name)

    def list(self, bucket, prefix):
        found = (name.removeprefix(bucket + "/") for name in sorted(generations))
        found = [key for key in found if key.startswith(prefix)]
        objects = (
            f"<Contents><Key>{escape(key)}</Key><Size>{(folder / bucket / key).stat().st_size}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key in found
        )
        self.answer(200, f"<?xml version='1.0'?><ListBucketResult>{''.join(objects)}</ListBucketResult>".encode())

    def do_DELETE(self):
        name, _ = self.named()
        with lock:
            if generations.pop(name, None) is None:
                return self.refuse(404, "NoSuchKey")
            (folder / name).unlink()
            self.answer(204)

    def log_message(self, *_):
        """Says nothing."""


threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
