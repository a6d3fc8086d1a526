#pragma once
#include <stddef.h>

/// A file of the Python package `martlet`, embedded into the binary.
struct martlet_python_file {
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t size;
};

/// How many files there are.
size_t martlet_python_file_count(void);

/// One of the files; NULL beyond the last.
const struct martlet_python_file *_Nullable martlet_python_file_at(size_t index);
