"""What a cell prints stays in one block, however long it took."""

import copy

import myst_nb.core.render


def join_streams(outputs):
    """Return a cell's outputs with all that it printed in one block.

    MyST-NB's own way breaks a line where the kernel flushed in the middle of it.
    """
    joined, streams = [], {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            joined.append(copy.copy(output))  # the executed notebook keeps its own
            if output["output_type"] == "stream":
                streams[output["name"]] = joined[-1]
    return joined


def setup(app):
    myst_nb.core.render.coalesce_streams = join_streams
    return {"parallel_read_safe": True}
