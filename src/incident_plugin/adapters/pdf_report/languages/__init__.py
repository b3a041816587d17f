"""The report's own words, in each language that there are words for."""

from __future__ import annotations

from collections.abc import Mapping

from incident_plugin.adapters.pdf_report.languages.da import DANISH
from incident_plugin.adapters.pdf_report.languages.en import ENGLISH
from incident_plugin.domain.journal import Activity
from incident_plugin.domain.phrases import sentence

#: By BCP 47 tag.
LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "da": DANISH}

#: What the languages call themselves.
NAMES: Mapping[str, str] = {"en": "English", "da": "Dansk"}


class Texts:
    """Texts of one language. What it lacks is said in English."""

    def __init__(self, wanted: str) -> None:
        """Take the language nearest to a BCP 47 tag: its first part decides."""
        primary = wanted.partition("-")[0].lower()
        self.language = primary if primary in LANGUAGES else "en"
        self._texts = {**ENGLISH, **LANGUAGES[self.language]}

    def __call__(self, key: str, **values: object) -> str:
        """Give a text with its values; ``count`` chooses between the forms for one and for several."""
        if "count" in values:
            key += ".one" if values["count"] == 1 else ".other"
        # Only our own texts are templates; what people wrote is a value.
        return self._texts[key].format_map(values)

    def known(self, key: str, otherwise: str) -> str:
        """Give a text without values, or something else where there is none."""
        return self._texts.get(key, otherwise)

    def activity(self, activity: Activity) -> str:
        """Say what was done."""
        template = LANGUAGES[self.language].get(f"activity.{activity.action}")
        if template is None:
            return sentence(activity)

        def own(text: str) -> str:
            """Give the words that this action logs of its own; what people wrote stays as it is."""
            return self.known(f"logged.{activity.action}.{text}", text)

        subject = self.known(f"logged.{activity.subject}", own(activity.subject))
        told = (subject, own(activity.before), own(activity.after))
        details = ", ".join(text for text in told if text)
        said = template.format(
            subject=subject,
            before=activity.before,
            after=activity.after,
            text=activity.after or activity.before,
            details=details,
        )
        return said.removesuffix(": ")
