#include "CDashboardPages.h"
const unsigned char martlet_page_index_html[] = {
#embed "pages/index.html"
};
const size_t martlet_page_index_html_size = sizeof martlet_page_index_html;
