// The part of DuckDB's C interface (version 1.5) that Analytics uses, declared by hand and filled at run time.
//
// Nothing is linked: `martlet_duckdb_load` opens the library named to it and looks up each entry. The names and shapes
// are facts of the interface, documented at https://duckdb.org/docs/stable/clients/c/api.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Handles are pointers to structures that only DuckDB looks into.
typedef void *martlet_duckdb_handle;

// What a query gave; passed by value to some entries, so its size is part of the interface. The first five fields are
// no longer filled by DuckDB.
typedef struct {
    uint64_t unused_column_count;
    uint64_t unused_row_count;
    uint64_t unused_rows_changed;
    void *unused_columns;
    char *unused_error_message;
    void *internal;
} martlet_duckdb_result;

typedef struct {
    int64_t micros;
} martlet_duckdb_timestamp;

// A text in a vector: up to twelve bytes stand in place, longer ones behind a pointer.
typedef struct {
    uint32_t length;
    char prefix[4];
    union {
        char rest[8];
        const char *pointer;
    } value;
} martlet_duckdb_string;

typedef struct {
    uint64_t lower;
    int64_t upper;
} martlet_duckdb_hugeint;

// The numbers of DuckDB's types, as its C interface counts them.
enum martlet_duckdb_type {
    MARTLET_DUCKDB_BOOLEAN = 1,
    MARTLET_DUCKDB_TINYINT = 2,
    MARTLET_DUCKDB_SMALLINT = 3,
    MARTLET_DUCKDB_INTEGER = 4,
    MARTLET_DUCKDB_BIGINT = 5,
    MARTLET_DUCKDB_UTINYINT = 6,
    MARTLET_DUCKDB_USMALLINT = 7,
    MARTLET_DUCKDB_UINTEGER = 8,
    MARTLET_DUCKDB_UBIGINT = 9,
    MARTLET_DUCKDB_FLOAT = 10,
    MARTLET_DUCKDB_DOUBLE = 11,
    MARTLET_DUCKDB_TIMESTAMP = 12,
    MARTLET_DUCKDB_DATE = 13,
    MARTLET_DUCKDB_TIME = 14,
    MARTLET_DUCKDB_INTERVAL = 15,
    MARTLET_DUCKDB_HUGEINT = 16,
    MARTLET_DUCKDB_VARCHAR = 17,
    MARTLET_DUCKDB_BLOB = 18,
    MARTLET_DUCKDB_DECIMAL = 19,
    MARTLET_DUCKDB_TIMESTAMP_S = 20,
    MARTLET_DUCKDB_TIMESTAMP_MS = 21,
    MARTLET_DUCKDB_TIMESTAMP_NS = 22,
    MARTLET_DUCKDB_ENUM = 23,
    MARTLET_DUCKDB_LIST = 24,
    MARTLET_DUCKDB_STRUCT = 25,
    MARTLET_DUCKDB_MAP = 26,
    MARTLET_DUCKDB_UUID = 27,
    MARTLET_DUCKDB_UNION = 28,
    MARTLET_DUCKDB_BIT = 29,
    MARTLET_DUCKDB_TIME_TZ = 30,
    MARTLET_DUCKDB_TIMESTAMP_TZ = 31,
    MARTLET_DUCKDB_UHUGEINT = 32,
    MARTLET_DUCKDB_ARRAY = 33,
    MARTLET_DUCKDB_SQLNULL = 36,
};

// Each entry: result type, name without the prefix `duckdb_`, parameters. Calls that can fail answer 0 for success.
#define MARTLET_DUCKDB_ENTRIES(ENTRY)                                                                                  \
    ENTRY(const char *, library_version, (void))                                                                       \
    ENTRY(int, create_config, (martlet_duckdb_handle *))                                                               \
    ENTRY(int, set_config, (martlet_duckdb_handle, const char *, const char *))                                        \
    ENTRY(void, destroy_config, (martlet_duckdb_handle *))                                                             \
    ENTRY(int, open_ext, (const char *, martlet_duckdb_handle *, martlet_duckdb_handle, char **))                      \
    ENTRY(void, close, (martlet_duckdb_handle *))                                                                      \
    ENTRY(int, connect, (martlet_duckdb_handle, martlet_duckdb_handle *))                                              \
    ENTRY(void, disconnect, (martlet_duckdb_handle *))                                                                 \
    ENTRY(void, interrupt, (martlet_duckdb_handle))                                                                    \
    ENTRY(void, free, (void *))                                                                                        \
    ENTRY(uint64_t, extract_statements, (martlet_duckdb_handle, const char *, martlet_duckdb_handle *))                \
    ENTRY(int, prepare_extracted_statement,                                                                            \
          (martlet_duckdb_handle, martlet_duckdb_handle, uint64_t, martlet_duckdb_handle *))                           \
    ENTRY(const char *, extract_statements_error, (martlet_duckdb_handle))                                             \
    ENTRY(void, destroy_extracted, (martlet_duckdb_handle *))                                                          \
    ENTRY(const char *, prepare_error, (martlet_duckdb_handle))                                                        \
    ENTRY(void, destroy_prepare, (martlet_duckdb_handle *))                                                            \
    ENTRY(uint64_t, nparams, (martlet_duckdb_handle))                                                                  \
    ENTRY(int, bind_null, (martlet_duckdb_handle, uint64_t))                                                           \
    ENTRY(int, bind_boolean, (martlet_duckdb_handle, uint64_t, bool))                                                  \
    ENTRY(int, bind_int64, (martlet_duckdb_handle, uint64_t, int64_t))                                                 \
    ENTRY(int, bind_double, (martlet_duckdb_handle, uint64_t, double))                                                 \
    ENTRY(int, bind_varchar_length, (martlet_duckdb_handle, uint64_t, const char *, uint64_t))                         \
    ENTRY(int, bind_blob, (martlet_duckdb_handle, uint64_t, const void *, uint64_t))                                   \
    ENTRY(int, bind_timestamp, (martlet_duckdb_handle, uint64_t, martlet_duckdb_timestamp))                            \
    ENTRY(int, pending_prepared_streaming, (martlet_duckdb_handle, martlet_duckdb_handle *))                           \
    ENTRY(const char *, pending_error, (martlet_duckdb_handle))                                                        \
    ENTRY(int, execute_pending, (martlet_duckdb_handle, martlet_duckdb_result *))                                      \
    ENTRY(void, destroy_pending, (martlet_duckdb_handle *))                                                            \
    ENTRY(const char *, result_error, (martlet_duckdb_result *))                                                       \
    ENTRY(int, result_error_type, (martlet_duckdb_result *))                                                           \
    ENTRY(void, destroy_result, (martlet_duckdb_result *))                                                             \
    ENTRY(uint64_t, rows_changed, (martlet_duckdb_result *))                                                           \
    ENTRY(uint64_t, column_count, (martlet_duckdb_result *))                                                           \
    ENTRY(const char *, column_name, (martlet_duckdb_result *, uint64_t))                                              \
    ENTRY(int, column_type, (martlet_duckdb_result *, uint64_t))                                                       \
    ENTRY(martlet_duckdb_handle, column_logical_type, (martlet_duckdb_result *, uint64_t))                             \
    ENTRY(martlet_duckdb_handle, fetch_chunk, (martlet_duckdb_result))                                                 \
    ENTRY(martlet_duckdb_handle, create_data_chunk, (martlet_duckdb_handle *, uint64_t))                               \
    ENTRY(void, destroy_data_chunk, (martlet_duckdb_handle *))                                                         \
    ENTRY(void, data_chunk_reset, (martlet_duckdb_handle))                                                             \
    ENTRY(uint64_t, data_chunk_get_size, (martlet_duckdb_handle))                                                      \
    ENTRY(void, data_chunk_set_size, (martlet_duckdb_handle, uint64_t))                                                \
    ENTRY(martlet_duckdb_handle, data_chunk_get_vector, (martlet_duckdb_handle, uint64_t))                             \
    ENTRY(void *, vector_get_data, (martlet_duckdb_handle))                                                            \
    ENTRY(uint64_t *, vector_get_validity, (martlet_duckdb_handle))                                                    \
    ENTRY(void, vector_ensure_validity_writable, (martlet_duckdb_handle))                                              \
    ENTRY(void, vector_assign_string_element_len, (martlet_duckdb_handle, uint64_t, const char *, uint64_t))           \
    ENTRY(void, validity_set_row_invalid, (uint64_t *, uint64_t))                                                      \
    ENTRY(uint64_t, vector_size, (void))                                                                               \
    ENTRY(martlet_duckdb_handle, create_logical_type, (int))                                                           \
    ENTRY(void, destroy_logical_type, (martlet_duckdb_handle *))                                                       \
    ENTRY(uint8_t, decimal_scale, (martlet_duckdb_handle))                                                             \
    ENTRY(int, decimal_internal_type, (martlet_duckdb_handle))                                                         \
    ENTRY(int, enum_internal_type, (martlet_duckdb_handle))                                                            \
    ENTRY(uint32_t, enum_dictionary_size, (martlet_duckdb_handle))                                                     \
    ENTRY(char *, enum_dictionary_value, (martlet_duckdb_handle, uint64_t))                                            \
    ENTRY(int, appender_create, (martlet_duckdb_handle, const char *, const char *, martlet_duckdb_handle *))          \
    ENTRY(const char *, appender_error, (martlet_duckdb_handle))                                                       \
    ENTRY(int, appender_destroy, (martlet_duckdb_handle *))                                                            \
    ENTRY(int, appender_close, (martlet_duckdb_handle))                                                                \
    ENTRY(int, append_data_chunk, (martlet_duckdb_handle, martlet_duckdb_handle))

// The entries, as pointers.
typedef struct {
#define MARTLET_DUCKDB_FIELD(result, name, parameters) result(*name) parameters;
    MARTLET_DUCKDB_ENTRIES(MARTLET_DUCKDB_FIELD)
#undef MARTLET_DUCKDB_FIELD
} martlet_duckdb_api;

// Opens the shared object at `path` and fills `api`.
//
// `python` is null, or the path of the libpython that a wheel's object needs: it is opened first, its symbols open to
// all. Both stay open until the process ends. Answers true, or false with a sentence in `message` that says which
// library or which symbol is missing.
bool martlet_duckdb_load(const char *path, const char *python, martlet_duckdb_api *api, char *message, size_t capacity);
