"""Technical log: one JSON line an event, without personal data nor secrets."""

import json
import logging
import re

SECRET = re.compile(r"(?<=/)[A-Za-z0-9_:-]{20,}(?=/|\s|$)")  # of a link by mail: its address is its key


class JSONFormatter(logging.Formatter):
    """Writes time, level, logger and message; never the request, its data, query strings nor keys of links."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": SECRET.sub("…", record.getMessage().split("?")[0])[:500],
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = record.exc_info[0].__name__
            line["trace"] = self._frames(record)
        return json.dumps(line, ensure_ascii=False)

    def _frames(self, record: logging.LogRecord) -> list[str]:
        """Where it happened, file and line only: values in a traceback may be personal."""
        trace = record.exc_info[2] if record.exc_info else None
        frames = []
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}")
            trace = trace.tb_next
        return frames[-6:]
