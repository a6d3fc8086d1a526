#include "CDuckDB.h"

#include <dlfcn.h>
#include <stdio.h>

static bool fail(char *message, size_t capacity, const char *format, const char *first, const char *second) {
    snprintf(message, capacity, format, first, second);
    return false;
}

bool martlet_duckdb_load(const char *path, const char *python, martlet_duckdb_api *api, char *message, size_t capacity) {
    // A wheel's object leaves Python's symbols undefined, counting on the interpreter that would load it.
    if (python != NULL && dlopen(python, RTLD_LAZY | RTLD_GLOBAL) == NULL) {
        return fail(message, capacity, "%s: the Python library that it needs does not open: %s", path, dlerror());
    }
    // Lazily: of Python's functions only those that are called would have to be there, and none is called.
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (library == NULL) {
        return fail(message, capacity, "%s%s", dlerror(), "");
    }
#define MARTLET_DUCKDB_LOOK_UP(result, name, parameters)                                                               \
    *(void **)&api->name = dlsym(library, "duckdb_" #name);                                                            \
    if (api->name == NULL) {                                                                                           \
        dlclose(library);                                                                                              \
        return fail(message, capacity, "%s: the symbol %s is missing", path, "duckdb_" #name);                         \
    }
    MARTLET_DUCKDB_ENTRIES(MARTLET_DUCKDB_LOOK_UP)
#undef MARTLET_DUCKDB_LOOK_UP
    return true;
}
