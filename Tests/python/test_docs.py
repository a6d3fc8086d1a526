"""The pages that are made from what the server publishes, and the commands that pages name."""

import pathlib
import re
import subprocess
import sys

from conftest import ROOT, binary


def test_the_pages_of_routes_settings_and_schema_are_what_the_server_publishes(server):
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/api-docs"), server.url, binary(), "--check"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_every_link_between_pages_leads_somewhere():
    missing = []
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith(("http:", "https:")) and not (page.parent / target).exists():
                missing.append(f"{page.relative_to(ROOT)}: {target}")
    assert missing == []


def test_every_verb_that_a_page_names_is_one():
    known = set(re.findall(r"^  ([a-z]+) ", subprocess.run([binary(), "--help"], capture_output=True, text=True, timeout=30).stdout, re.M))
    named = set()
    for page in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/**/*.md")]:
        for line in re.findall(r"```sh\n(.*?)```", page.read_text(), re.S):
            named |= set(re.findall(r"^(?:\.build/release/)?martlet ([a-z]+)", line, re.M))
    assert named and named <= known, named - known
