"""Kazakh: values at places by OGC API EDR."""

TEXTS: dict[str, str] = {
    "edr.mean": "орташа",
    "edr.sd": "стандартты ауытқу",
    "edr.median": "медиана",
    "edr.p05": "5 % ықтималдықпен асырылмайды",
    "edr.p25": "25 % ықтималдықпен асырылмайды",
    "edr.p75": "75 % ықтималдықпен асырылмайды",
    "edr.p95": "95 % ықтималдықпен асырылмайды",
    "edr.uncertainty": "стандартты ауытқудың орташаға қатынасы",
    "edr.exceedance": "{threshold} мәнінен асу ықтималдығы",
    "edr.status": "күйі",
    "edr.position": "Нүктелердегі мәндер",
    "edr.area": "Аумақтағы мәндер",
    "edr.cube": "Тіктөртбұрыштағы мәндер",
    "edr.locations": "Бекеттердегі мәндер",
    "edr.instances": "Деректердің нұсқалары",
    "edr.instance": "{time} уақытының {version} нұсқасы",
    "edr.items": "Әр мән жеке",
}
