// The Python package `martlet`, embedded into the binary, so that one file is a whole server. A new module in
// `python/martlet` needs its lines below; a test tells which is missing.
#include "CPythonPackage.h"

// `#embed` is a directive and cannot come out of a macro, hence the lines of each file.
#define BEGIN(name) static const unsigned char name[] = {
#define END };

BEGIN(init_py)
#embed "../../python/martlet/__init__.py"
END
BEGIN(context_py)
#embed "../../python/martlet/_context.py"
END
BEGIN(signals_py)
#embed "../../python/martlet/signals.py"
END
BEGIN(step_py)
#embed "../../python/martlet/step.py"
END
BEGIN(frames_py)
#embed "../../python/martlet/_frames.py"
END
BEGIN(model_py)
#embed "../../python/martlet/_model.py"
END
BEGIN(worker_py)
#embed "../../python/martlet/worker.py"
END

#define FILE_OF(path, name) {path, name, sizeof name}

static const struct martlet_python_file files[] = {
    FILE_OF("__init__.py", init_py),
    FILE_OF("_context.py", context_py),
    FILE_OF("signals.py", signals_py),
    FILE_OF("step.py", step_py),
    FILE_OF("_frames.py", frames_py),
    FILE_OF("_model.py", model_py),
    FILE_OF("worker.py", worker_py),
};

size_t martlet_python_file_count(void) { return sizeof files / sizeof *files; }

const struct martlet_python_file *martlet_python_file_at(size_t index) {
    return index < martlet_python_file_count() ? &files[index] : NULL;
}
