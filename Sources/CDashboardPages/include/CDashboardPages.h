#pragma once
#include <stddef.h>

/// A file of the dashboard, embedded into the binary.
struct martlet_page {
    const char *_Nonnull path;
    const char *_Nonnull type;
    const unsigned char *_Nonnull bytes;
    size_t size;
};

/// How many files there are.
size_t martlet_page_count(void);

/// One of the files; NULL beyond the last.
const struct martlet_page *_Nullable martlet_page_at(size_t index);
