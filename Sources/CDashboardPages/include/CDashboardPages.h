#pragma once
#include <stddef.h>
extern const unsigned char martlet_page_index_html[];
extern const size_t martlet_page_index_html_size;
