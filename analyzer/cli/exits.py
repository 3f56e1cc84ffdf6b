"""How every command ends: one sentence on standard error, and an exit code. The only place that turns faults into either.

0  done; nothing that was judged failed           4    the run had to stop: the disk, memory, another fault of the machine,
1  a check failed, or something stands out             a fault of the program, or output that could not be printed
2  the request makes no sense                     130  interrupted (Ctrl-C)
3  a file cannot be read                          143  ended from outside (SIGTERM); 129 when its terminal was closed
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup

from analyzer.cli import printing

FAILED, UNUSABLE, UNREADABLE, STOPPED, INTERRUPTED = 1, 2, 3, 4, 130
SIGNALLED = 128
"""Is added to the number of the signal that ended a run, as shells do."""
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EFBIG)
"""Errors that are no fault of what was asked for, nor of the file."""
NOT_THE_FILE = ("out_of_memory", "killed", "no_space")
"""Codes of `MediaError` that say nothing of the file."""
LOG = "ANALYZER_LOG"
"""Environment variable; `debug` prints the tracebacks of faults."""
Misused: Any = typer.BadParameter.__mro__[1]
"""The parser's error for a command line that makes no sense; newer versions of typer carry their own."""


class Terminated(KeyboardInterrupt):
    """The system, or another program, asks this one to end; cleans up as Ctrl-C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Ending(NamedTuple):
    code: int
    sentence: str = ""


class Commands(TyperGroup):
    """Commands that all end in a sentence and an exit code, whatever happens in them."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *_: Any, **__: Any) -> Any:
        words = list(sys.argv[1:] if args is None else args)

        def run() -> None:
            with self.make_context(prog_name or "analyzer", words) as context:
                self.invoke(context)

        sys.exit(ended(run))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        from analyzer.nouns.errors import UsageError

        if args[0] not in self.commands and os.path.isfile(args[0]):
            raise UsageError(f"{args[0]} is a file, and no command. To check it: analyzer check {args[0]}")
        return super().resolve_command(ctx, args)


def run_process(main: Callable[[], Any]) -> None:
    """Run the program, from its first line to its last: streams, signals, logs and the exit code."""
    printing.guard()
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup has SIGHUP ignored
            signal.signal(number, _terminate)
    if _is_debugging():
        _log_to_standard_error()
    code = ended(main)
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # all is done: Ctrl-C now ends the process without a word
    sys.exit(code)


def ended(step: Callable[[], Any]) -> int:
    """Run a step, say what went wrong, and return the exit code."""
    code = _code_of(step)
    return _code_of(sys.stdout.flush) or code


def _code_of(step: Callable[[], Any]) -> int:
    try:
        step()
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else FAILED if error.code else 0
    except BaseException as error:
        try:
            code, sentence = ending_of(error)
            if sentence:
                printing.tell(*sentence.splitlines())
        except BaseException:  # not even a sentence can be made: memory or open files have run out
            return STOPPED
        return code
    return 0


def ending_of(error: BaseException) -> Ending:
    """What an exception means for who asked."""
    if isinstance(error, typer.Exit):
        return Ending(error.exit_code)
    if isinstance(error, Misused):
        return Ending(UNUSABLE, _misuse(error))
    if isinstance(error, typer.Abort | KeyboardInterrupt | EOFError):
        return _interruption(error)
    if isinstance(error, printing.Unprinted):
        return Ending(STOPPED, f"The output could not be printed: {error}.")
    return _fault(error)


def _fault(error: BaseException) -> Ending:
    from analyzer.nouns.errors import AnalyzerError, MediaError, UsageError

    if isinstance(error, MediaError):
        return Ending(STOPPED if error.code in NOT_THE_FILE else UNREADABLE, _line(f"Cannot be analysed: {error}"))
    if isinstance(error, UsageError):
        return Ending(STOPPED if is_of_the_machine(error.__cause__) else UNUSABLE, _line(str(error)))
    if isinstance(error, AnalyzerError):
        return Ending(STOPPED, _line(str(error)))
    if isinstance(error, MemoryError) or _could_not_load(error):
        return Ending(STOPPED, "Memory ran out, and the run had to stop. Close other programs, or take a smaller file.")
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({os.fsdecode(error.filename)})" if isinstance(error.filename, str | bytes) else ""
        return Ending(STOPPED, _traced(error, _line(f"The system refused, and the run had to stop: {error.strerror}{where}.")))
    return Ending(STOPPED, _traced(error, _line(_unforeseen(error))))


def is_of_the_machine(error: BaseException | None) -> bool:
    """Whether an error says something of the machine: its disk, its memory, its bound on open files."""
    return isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in OF_THE_MACHINE)


def _unforeseen(error: BaseException) -> str:
    told = f"{type(error).__name__}: {error}".rstrip(": ")[:300]
    how = "Please report this line" if _is_debugging() else f"Please run it again with {LOG}=debug and report what it prints"
    return f"A fault in the analyzer stopped it ({told}). {how}."


def _interruption(error: BaseException) -> Ending:
    """Commands say in a note what becomes of what was done."""
    notes = " ".join(getattr(error, "__notes__", ()))
    if isinstance(error, Terminated):
        name = signal.Signals(error.number).name
        return Ending(SIGNALLED + error.number, f"Ended from outside ({name}). {notes}".rstrip())
    return Ending(INTERRUPTED, f"Interrupted. {notes}".rstrip())


def _misuse(error: Any) -> str:
    """What the parser says, and where help is. Help itself, where a command was named and nothing else, stays as it is."""
    said = error.format_message()
    context = getattr(error, "ctx", None)
    if context is None or type(error).__name__ == "NoArgsIsHelpError":
        return str(said)
    said = _line(said.rstrip(".") + ("" if said.endswith("?") else "."))
    return f"{said} See {context.command_path} --help."


def _line(text: str) -> str:
    """One line: a sentence quotes names and words of others, which may hold line breaks."""
    return " ".join(text.splitlines())


def _traced(error: BaseException, sentence: str) -> str:
    return "".join(traceback.format_exception(error)) + sentence if _is_debugging() else sentence


def _is_debugging() -> bool:
    return os.environ.get(LOG, "").lower() == "debug"


def _log_to_standard_error() -> None:
    import logging

    class Told(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            printing.tell(*self.format(record).splitlines())

    logging.basicConfig(level=logging.INFO, handlers=[Told()], format="%(levelname)s %(name)s: %(message)s")


def _could_not_load(error: BaseException) -> bool:
    """Whether a library could not be loaded for want of memory."""
    return isinstance(error, ImportError) and any(text in str(error) for text in ("failed to map segment", "allocate memory"))


def _terminate(number: int, frame: Any) -> None:
    signal.signal(number, signal.SIG_IGN)  # `timeout` sends it twice, and the second must not stop the cleaning
    raise Terminated(number)
