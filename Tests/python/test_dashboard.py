"""The dashboard in a real browser: what it shows, that it stays quiet, keeps to itself, and works by keyboard."""

import os
import shutil
import time
from urllib.parse import urlsplit

import pytest

import dashboard_mock
from chromium import Chromium

pytestmark = pytest.mark.skipif(
    not (shutil.which("chromium") or shutil.which("chromium-browser")),
    reason="no chromium here: apt-get install chromium",
)


@pytest.fixture
def told(request):
    """The address of a stand-in that tells one story."""
    server, story = dashboard_mock.serve(getattr(request, "param", "year"))
    yield f"http://127.0.0.1:{server.server_address[1]}", story
    server.shutdown()
    server.server_close()


@pytest.fixture
def browser():
    with Chromium() as chromium:
        yield chromium


def text(browser, selector):
    return browser.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''")


def test_the_page_shows_the_whole_loop(browser, told):
    browser.open(told[0] + "/")
    browser.wait("document.querySelectorAll('#gates tr.row').length === 9")
    stations = browser.evaluate("[...document.querySelectorAll('.station .figure')].map((n) => n.textContent)")
    assert len(stations) == 7 and "–" not in stations
    assert stations[2] == "6 : 3" and stations[3] == "v9"
    assert browser.evaluate("document.querySelectorAll('.dag .node').length") == 4
    assert browser.evaluate("document.querySelectorAll('#quality circle.dot').length") >= 40
    assert browser.evaluate("document.querySelectorAll('#quality .mark-head').length") >= 9
    assert browser.evaluate("document.querySelectorAll('#drift .cell').length") >= 400
    assert "1.0% sure that it is better, 95 % asked for" in text(browser, "#gates")
    assert "temp drifts" in text(browser, "#alerts")
    assert "promotion.decided" in text(browser, "#events")
    assert text(browser, "#connection").strip() == "live"


def test_nothing_complains_and_nothing_is_loaded_from_elsewhere(browser, told):
    for path in ("/", "/why/prediction:01JZX8Q4M6T3Y0-0"):
        browser.open(told[0] + path)
    assert browser.complaints() == []
    hosts = {urlsplit(url).netloc for url in browser.requests() if not url.startswith(("data:", "about:"))}
    assert hosts == {urlsplit(told[0]).netloc}


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (1440, True), (420, False), (420, True)])
def test_nothing_overflows_the_page(browser, told, width, dark):
    browser.resize(width, 900)
    browser.scheme(dark)
    for path in ("/", "/why/prediction:01JZX8Q4M6T3Y0-0"):
        browser.open(told[0] + path)
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    folder = os.environ.get("MARTLET_SCREENSHOTS")
    if folder:
        browser.open(told[0] + "/")
        time.sleep(0.5)
        browser.screenshot(os.path.join(folder, f"dashboard-{width}-{'dark' if dark else 'light'}.png"))


@pytest.mark.parametrize("told", ["empty"], indirect=True)
def test_an_empty_server_is_told_what_to_type_next(browser, told):
    browser.open(told[0] + "/")
    assert browser.complaints() == []
    assert "martlet apply" in text(browser, "#models")
    assert "martlet run train" in text(browser, "#runs")
    assert "No project applied yet" in text(browser, "#project")


@pytest.mark.parametrize("told", ["broken"], indirect=True)
def test_a_failing_server_is_told_as_such_and_not_as_empty(browser, told):
    browser.open(told[0] + "/")
    assert "The database is busy" in text(browser, "#notice")
    assert "The database is busy" in text(browser, "#models")
    assert "no dataset yet" not in text(browser, "#loop")


def test_an_event_changes_the_page_without_a_reload(browser, told):
    address, story = told
    browser.open(address + "/")
    with story.lock:
        story.train(story.week, "by hand", (0.718, 0.731, 1.0, "promoted"))
    browser.wait("document.querySelector('[data-station=champion] .figure').textContent === 'v10'")
    browser.wait("document.querySelectorAll('#gates tr.row').length === 10")
    browser.wait("document.querySelector('#announcer').textContent.includes('0.731')")
    assert "train #10" in text(browser, "#runs")


def test_what_the_server_says_is_never_markup(browser, told):
    address, story = told
    evil = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
    with story.lock:
        story.promotions[0]["summary"] = evil
        story.runs[0]["reason"] = evil
        story.alerts[0]["feature"] = evil
        story.windows[-1]["drift"][evil] = {"psi": 9.0, "js": 0.9}
        story.event("promotion.decided", f"promotion:{evil}", {"summary": evil, "decision": "promoted"}, actor=evil)
    browser.open(address + "/")
    browser.evaluate("document.querySelectorAll('details.event').forEach((row) => { row.open = true; })")
    time.sleep(0.5)
    assert browser.evaluate("document.title") == "flights · Martlet"
    assert browser.evaluate("document.querySelectorAll('main img, main script').length") == 0
    assert "onerror" in text(browser, "#gates")


def test_the_page_works_by_keyboard_alone(browser, told):
    browser.open(told[0] + "/")
    browser.wait("document.querySelectorAll('#gates tr.row').length === 9")
    browser.press("Tab")
    assert browser.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(80):
        browser.press("Tab")
        seen.append(
            browser.evaluate(
                "document.activeElement.closest('section')?.querySelector('h2')?.textContent ?? document.activeElement.id"
            )
        )
        # Whatever has the focus shows it.
        assert browser.evaluate(
            "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        ), seen[-1]
    for panel in ("Pipeline", "Quality over time", "Traffic", "Drift by feature", "Alerts", "Gate decisions", "Events"):
        assert panel in seen, f"{panel} cannot be reached"
    browser.evaluate("document.querySelector('.opener').focus()")
    browser.press("Enter")
    assert browser.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.getAttribute('aria-label')") == "Checks of version 8"
    browser.evaluate("document.querySelector('#quality .chart').focus()")
    browser.press("ArrowLeft")
    assert "AUROC" in text(browser, "#quality .tip.on")
    browser.press("Escape")
    assert text(browser, "#quality .tip.on") == ""
    browser.evaluate("document.querySelector('.picker [tabindex=\"0\"]').focus()")
    browser.press("ArrowDown")
    browser.wait("document.querySelector('#runs-aside').textContent.includes('v8')")


def test_every_chart_has_its_figures_as_a_table(browser, told):
    browser.open(told[0] + "/")
    browser.evaluate("document.querySelectorAll('.as-table').forEach((details) => { details.open = true; })")
    browser.wait("document.querySelectorAll('.as-table tbody tr').length > 100")
    assert browser.evaluate(
        "[...document.querySelectorAll('.as-table table')].every((t) => t.caption && t.querySelector('th[scope=col]') && t.querySelector('th[scope=row]'))"
    )


def test_every_control_has_a_name(browser, told):
    browser.open(told[0] + "/")
    unnamed = browser.evaluate(
        "[...document.querySelectorAll('button, input, select, [tabindex=\"0\"], [role=group], [role=log], [role=listbox]')].filter((n) => !n.hidden && !(n.getAttribute('aria-label') || n.textContent.trim() || n.closest('label'))).map((n) => n.outerHTML)"
    )
    assert unnamed == []


@pytest.mark.parametrize("told", ["flood"], indirect=True)
def test_ten_thousand_events_do_not_make_the_page_grow(browser, told):
    address, story = told
    browser.open(address + "/")
    deadline = time.monotonic() + 30
    while len(story.events) < 10_100 and time.monotonic() < deadline:
        time.sleep(0.1)
    browser.wait(f"document.querySelector('.event')?.dataset.sequence === '{len(story.events)}'", 30)
    size = browser.evaluate("martlet.events.size()")
    assert size["kept"] <= 1000 and size["rows"] <= 200
    assert browser.complaints() == []


def test_a_lost_connection_is_told_and_taken_up_where_it_broke(browser):
    server, story = dashboard_mock.serve("half")
    port = server.server_address[1]
    browser.open(f"http://127.0.0.1:{port}/")
    before = len(story.events)
    with story.lock:
        story.gone = True
        story.lock.notify_all()
    server.shutdown()
    server.server_close()
    browser.wait("document.querySelector('#connection').dataset.state === 'lost'")
    assert "v5" in text(browser, "#models"), "what was shown stays"
    with story.lock:
        story.gone = False
        story.event("trigger.fired", "trigger:x", {"trigger": "while away", "pipeline": "train"})
        story.train(story.week, "while away", (0.635, 0.701, 1.0, "promoted"))
    server, _ = dashboard_mock.serve("half", port, story)
    try:
        browser.wait("document.querySelector('#connection').dataset.state === 'live'", 30)
        browser.wait("document.querySelector('[data-station=champion] .figure').textContent === 'v8'")
        browser.wait(f"document.querySelector('.event').dataset.sequence === '{len(story.events)}'")
        sequences = browser.evaluate("[...document.querySelectorAll('.event')].map((n) => Number(n.dataset.sequence))")
        assert (
            sequences == list(range(len(story.events), len(story.events) - len(sequences), -1)) and before in sequences
        )
    finally:
        server.shutdown()
        server.server_close()


def test_the_theme_is_kept(browser, told):
    browser.open(told[0] + "/")
    browser.evaluate("document.querySelector('#theme').click()")
    assert browser.evaluate("document.documentElement.dataset.theme") == "dark"
    browser.open(told[0] + "/")
    assert browser.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_pause_holds_the_events_and_a_filter_narrows_them(browser, told):
    address, story = told
    browser.open(address + "/")
    browser.evaluate("[...document.querySelectorAll('#events button')].at(-1).click()")
    before = browser.evaluate("document.querySelector('.event').dataset.sequence")
    with story.lock:
        story.event(
            "alert.fired", "alert:x", {"signal": "drift", "feature": "humidity", "value": 0.5, "threshold": 0.25}
        )
    browser.wait("document.querySelector('#events-aside').textContent.includes('1 new')")
    assert browser.evaluate("document.querySelector('.event').dataset.sequence") == before
    browser.evaluate("[...document.querySelectorAll('#events button')].at(-1).click()")
    browser.evaluate(
        "(() => { const box = document.querySelector('#events input'); box.value = 'humidity'; box.dispatchEvent(new Event('input')); })()"
    )
    browser.wait("document.querySelectorAll('.event').length === 1")


def test_why_draws_the_chain_of_evidence(browser, told):
    browser.open(told[0] + "/why/prediction:01JZX8Q4M6T3Y0-0")
    titles = browser.evaluate("[...document.querySelectorAll('.evidence h2')].map((n) => n.firstChild.textContent)")
    assert titles == [
        "Prediction",
        "Deployment",
        "Model version",
        "Gate decision",
        "Approval",
        "Run",
        "Pipeline run",
        "Step attempts",
        "Data",
        "Code",
        "Environment",
        "Not known",
    ]
    assert "the tree had uncommitted changes" in text(browser, ".chain")


def test_why_tells_what_it_does_not_know(browser, told):
    browser.open(told[0] + "/why/dataset:nothing@9")
    assert "Nothing is known of dataset:nothing@9" in text(browser, "#answer")


def test_the_binary_serves_the_same_pages(browser, fresh_server):
    server = fresh_server()
    browser.open(server.url + "/")
    browser.wait("document.querySelector('#connection').dataset.state === 'live'")
    assert browser.complaints() == []
    hosts = {urlsplit(url).netloc for url in browser.requests() if url.startswith("http")}
    assert hosts == {urlsplit(server.url).netloc}
    assert "martlet apply" in text(browser, "#models")
    browser.open(server.url + "/why/prediction:00000000000000000000000000-0")
    assert "Not found" in text(browser, "#answer")
    assert "martlet" in server.get("/").headers["server"]


def test_the_binary_tells_a_browser_that_its_copy_is_current(fresh_server):
    server = fresh_server()
    first = server.get("/assets/main.js")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = server.get("/assets/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    for path in ("/assets/pages.c", "/assets/..%2fpages.c", "/assets/%2e%2e/pages.c", "/assets/main.js%00.css"):
        assert server.get(path).status_code == 404


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_colour_can_be_read_on_every_ground(browser, told, dark):
    browser.scheme(dark)
    browser.open(told[0] + "/")
    worst = browser.evaluate(
        """(() => {
          const probe = document.body.appendChild(document.createElement("i"));
          const rgb = (name) => { probe.style.color = `var(--${name})`; return getComputedStyle(probe).color.match(/[\\d.]+/g).map(Number); };
          const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
          const pairs = ["ink", "ink-2", "ink-3", "accent", "good", "warn", "bad", "champion", "challenger"].flatMap((text) => ["card", "page", "sunk", "raised"].map((ground) => [`${text} on ${ground}`, ratio(rgb(text), rgb(ground))]))
            .concat(["good", "warn", "bad", "accent"].map((name) => [`${name} on its own`, ratio(rgb(name), rgb(`${name}-soft`))]));
          return pairs.sort((a, b) => a[1] - b[1]).slice(0, 6);
        })()"""
    )
    assert worst[0][1] >= 4.5, worst
