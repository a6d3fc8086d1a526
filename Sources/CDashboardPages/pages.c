// The dashboard's files, embedded into the binary. A new file in `pages` needs its PAGE below; a test tells which is missing.
#include "CDashboardPages.h"

// Declares the bytes of one file. `#embed` is a directive and cannot come out of a macro, hence the two lines a file.
#define BEGIN(name) static const unsigned char name[] = {
#define END };

BEGIN(alerts_panel_js)
#embed "pages/alerts-panel.js"
END
BEGIN(api_js)
#embed "pages/api.js"
END
BEGIN(charts_css)
#embed "pages/charts.css"
END
BEGIN(cursor_js)
#embed "pages/cursor.js"
END
BEGIN(dag_js)
#embed "pages/dag.js"
END
BEGIN(dom_js)
#embed "pages/dom.js"
END
BEGIN(drift_panel_js)
#embed "pages/drift-panel.js"
END
BEGIN(events_panel_js)
#embed "pages/events-panel.js"
END
BEGIN(format_js)
#embed "pages/format.js"
END
BEGIN(frame_js)
#embed "pages/frame.js"
END
BEGIN(gates_panel_js)
#embed "pages/gates-panel.js"
END
BEGIN(glyphs_js)
#embed "pages/glyphs.js"
END
BEGIN(heat_js)
#embed "pages/heat.js"
END
BEGIN(index_html)
#embed "pages/index.html"
END
BEGIN(layers_js)
#embed "pages/layers.js"
END
BEGIN(layout_css)
#embed "pages/layout.css"
END
BEGIN(loop_strip_js)
#embed "pages/loop-strip.js"
END
BEGIN(main_js)
#embed "pages/main.js"
END
BEGIN(mark_svg)
#embed "pages/mark.svg"
END
BEGIN(models_panel_js)
#embed "pages/models-panel.js"
END
BEGIN(parts_css)
#embed "pages/parts.css"
END
BEGIN(plot_js)
#embed "pages/plot.js"
END
BEGIN(quality_panel_js)
#embed "pages/quality-panel.js"
END
BEGIN(runs_panel_js)
#embed "pages/runs-panel.js"
END
BEGIN(scale_js)
#embed "pages/scale.js"
END
BEGIN(sentences_js)
#embed "pages/sentences.js"
END
BEGIN(shapes_js)
#embed "pages/shapes.js"
END
BEGIN(store_js)
#embed "pages/store.js"
END
BEGIN(stream_js)
#embed "pages/stream.js"
END
BEGIN(theme_js)
#embed "pages/theme.js"
END
BEGIN(tokens_css)
#embed "pages/tokens.css"
END
BEGIN(traffic_panel_js)
#embed "pages/traffic-panel.js"
END
BEGIN(why_css)
#embed "pages/why.css"
END
BEGIN(why_html)
#embed "pages/why.html"
END
BEGIN(why_js)
#embed "pages/why.js"
END

#define HTML "text/html; charset=utf-8"
#define CSS "text/css; charset=utf-8"
#define JS "text/javascript; charset=utf-8"
#define SVG "image/svg+xml"
#define PAGE(path, name, type) {path, type, name, sizeof name}

static const struct martlet_page pages[] = {
    PAGE("alerts-panel.js", alerts_panel_js, JS),
    PAGE("api.js", api_js, JS),
    PAGE("charts.css", charts_css, CSS),
    PAGE("cursor.js", cursor_js, JS),
    PAGE("dag.js", dag_js, JS),
    PAGE("dom.js", dom_js, JS),
    PAGE("drift-panel.js", drift_panel_js, JS),
    PAGE("events-panel.js", events_panel_js, JS),
    PAGE("format.js", format_js, JS),
    PAGE("frame.js", frame_js, JS),
    PAGE("gates-panel.js", gates_panel_js, JS),
    PAGE("glyphs.js", glyphs_js, JS),
    PAGE("heat.js", heat_js, JS),
    PAGE("index.html", index_html, HTML),
    PAGE("layers.js", layers_js, JS),
    PAGE("layout.css", layout_css, CSS),
    PAGE("loop-strip.js", loop_strip_js, JS),
    PAGE("main.js", main_js, JS),
    PAGE("mark.svg", mark_svg, SVG),
    PAGE("models-panel.js", models_panel_js, JS),
    PAGE("parts.css", parts_css, CSS),
    PAGE("plot.js", plot_js, JS),
    PAGE("quality-panel.js", quality_panel_js, JS),
    PAGE("runs-panel.js", runs_panel_js, JS),
    PAGE("scale.js", scale_js, JS),
    PAGE("sentences.js", sentences_js, JS),
    PAGE("shapes.js", shapes_js, JS),
    PAGE("store.js", store_js, JS),
    PAGE("stream.js", stream_js, JS),
    PAGE("theme.js", theme_js, JS),
    PAGE("tokens.css", tokens_css, CSS),
    PAGE("traffic-panel.js", traffic_panel_js, JS),
    PAGE("why.css", why_css, CSS),
    PAGE("why.html", why_html, HTML),
    PAGE("why.js", why_js, JS),
};

size_t martlet_page_count(void) { return sizeof pages / sizeof pages[0]; }

const struct martlet_page *martlet_page_at(size_t index) { return index < martlet_page_count() ? &pages[index] : NULL; }
