"""The words of the audit log's sentences, in a full text beside its entries.

What is indexed is the sentence that a reader sees, which the program puts together from what is stored. So
the index remembers of which phrases it was made, and is made again when a later version has others.
"""

from __future__ import annotations

from collections.abc import Iterator

from incident_plugin.adapters.tinydb_store.documents import value
from incident_plugin.adapters.tinydb_store.sqlite_table import SQLiteStorage, SQLiteTable
from incident_plugin.domain.chain import digest
from incident_plugin.domain.journal import AUDIT, Action, Activity, Entry
from incident_plugin.domain.phrases import sentence
from incident_plugin.domain.text import words

#: Of what somebody looks for, as many words as the index is asked for; the rest is for the filter's own test.
_MOST_ASKED = 30
#: Entries that are read at a time.
_AT_ONCE = 1_000

_SCHEMA = (
    "DROP TABLE IF EXISTS audit_words",
    "DROP TABLE IF EXISTS audit_phrases",
    # Words are letters and numbers only, and parted by spaces.
    """CREATE VIRTUAL TABLE audit_words USING fts5(
        said, content='', contentless_delete=1, detail=none, tokenize=ascii, prefix='2 3'
    )""",
    "CREATE TABLE audit_phrases (mark TEXT NOT NULL)",
)
_PUT = "INSERT OR REPLACE INTO audit_words (rowid, said) VALUES (?, ?)"

#: The rows whose sentences have all the words of a parameter that ``asked`` gives.
HAVING = "id IN (SELECT rowid FROM audit_words WHERE audit_words MATCH ?)"


def asked(text: str) -> str:
    """Give what to look for; nothing for a text without words."""
    return " AND ".join(f'"{word}" *' for word in dict.fromkeys(words(text)[:_MOST_ASKED]))


def has_more(text: str) -> bool:
    """Say whether a text has more words than the index is asked for."""
    return len(words(text)) > _MOST_ASKED


def phrases() -> str:
    """Give a mark of the phrases that sentences are made of."""
    examples = (Activity(action=a, subject="s", before="b", after="a", target="t") for a in Action)
    return digest(sentence(activity) for activity in examples)


class AuditWords:
    """The index; each method within the caller's transaction or reading."""

    def __init__(self, storage: SQLiteStorage) -> None:
        self._storage = storage
        self._journal = SQLiteTable(storage, "journal")

    @property
    def is_current(self) -> bool:
        """Whether it was made of the phrases that this program has."""
        return self._storage.ask("SELECT mark FROM audit_phrases") == [(phrases(),)]

    def make(self) -> None:
        """Make it from the entries."""
        for statement in _SCHEMA:
            self._storage.run(statement)
        for number, entry in self._entries():
            self._storage.run(_PUT, (number, _said(entry)))
        self._storage.run("INSERT INTO audit_phrases VALUES (?)", (phrases(),))

    def put(self, number: int, entry: Entry) -> None:
        """Index an entry of the audit log, which is stored under this number."""
        self._storage.run_last(("audit", number), _PUT, (number, _said(entry)))

    def differs(self) -> bool:
        """Say whether it tells anything else than the entries do."""
        self._storage.settle()
        told = 0
        for number, entry in self._entries():
            told += 1
            wanted = " AND ".join(f'"{word}"' for word in _said(entry).split()[:_MOST_ASKED])
            found = "SELECT 1 FROM audit_words WHERE audit_words MATCH ? AND rowid = ?"
            if wanted and not self._storage.ask(found, (wanted, number)):
                return True
        return self._storage.ask("SELECT count(*) FROM audit_words_docsize") != [(told,)]

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        sql = (
            f"SELECT id, document FROM {self._journal.sql_name} "  # noqa: S608 - names of our own
            f"WHERE {self._journal.name_of('project')} = ? AND id > ? ORDER BY id LIMIT ?"
        )
        position = 0
        while rows := self._journal.ask(sql, (AUDIT, position, _AT_ONCE)):
            yield from ((number, value(Entry, text)) for number, text in rows)
            position = rows[-1][0]


def _said(entry: Entry) -> str:
    return " ".join(sorted(set(words(sentence(entry.activity)))))
