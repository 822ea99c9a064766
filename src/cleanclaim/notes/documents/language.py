"""Tells a note in another language, which would otherwise be read as a note that shows nothing."""

from __future__ import annotations

import re

_SAMPLE = 20_000
_FEWEST_WORDS = 6
_WORD = re.compile(r"[^\W\d_]+")
# words of one's own mouth, with no double meaning in English notes
_WORDS = {
    "English": (
        "the and of with to for was were is are at on in her his she he they not no by from after before during while "
        "each pt patient min mins minutes left right pain assist note today plan gait sets reps visit therapy"
    ),
    "Spanish": "el los las una del que para por con paciente y se dolor derecha izquierda minutos hoy sesión más muy",
    "French": "le les une des du est et avec pour dans patiente gauche droite douleur aujourd séance sur au ses été",
    "German": "der die das und mit für ist nicht patientin links rechts schmerzen heute übungen auf im wurde zum sich",
    "Portuguese": "os uma do da dos não paciente com para dor direita esquerda minutos hoje sessão foi mais ao e um",
    "Italian": "il gli una della che con per paziente destra sinistra dolore oggi seduta di è stato sono nel alla",
    "Dutch": "het een en van met voor niet patiënt links rechts pijn vandaag oefeningen op zijn werd naar is de bij",
    "Polish": "i w z na do nie się pacjent pacjentka ból prawa lewa dziś ćwiczenia oraz jest po przez dla",
    "Vietnamese": "và của cho bệnh nhân không được với đau phải trái hôm nay phút tập một các",
    "Tagalog": "ang ng mga sa na ay at hindi pasyente sakit kanan kaliwa ngayon niya siya ko",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
# a letter's script, by the first and last code point of its block
_SCRIPTS = (
    ("Greek", 0x0370, 0x03FF),
    ("Russian or another language in Cyrillic", 0x0400, 0x052F),
    ("Armenian", 0x0530, 0x058F),
    ("Hebrew", 0x0590, 0x05FF),
    ("Arabic or Persian", 0x0600, 0x077F),
    ("Hindi or another Indian language", 0x0900, 0x0DFF),
    ("Thai", 0x0E00, 0x0E7F),
    ("Korean", 0x1100, 0x11FF),
    ("Japanese", 0x3040, 0x30FF),
    ("Chinese or Japanese", 0x3400, 0x9FFF),
    ("Korean", 0xAC00, 0xD7A3),
)


def foreign_language(text: str) -> str | None:
    """Return the name of the language that ``text`` is written in; None for English, and where it cannot be told.

    Terse notes have few words that tell a language, so only a clear majority of another one's counts.

    >>> foreign_language("La paciente camina con el bastón y se queja de dolor en la rodilla derecha")
    'Spanish'
    >>> foreign_language("R knee flexion 3x10, cues for control") is None
    True
    """
    sample = text[:_SAMPLE].lower()
    letters = [ord(letter) for letter in sample if letter.isalpha()]
    for language, first, last in _SCRIPTS:
        if 2 * sum(first <= letter <= last for letter in letters) > len(letters):
            return language
    words = _WORD.findall(sample)
    counts = {language: sum(word in known for word in words) for language, known in _SETS.items()}
    english = counts.pop("English")
    language, most = max(counts.items(), key=lambda entry: entry[1])
    distinct = len(_SETS[language].intersection(words))
    return language if most > 2 * english and most >= _FEWEST_WORDS and distinct >= 4 else None
