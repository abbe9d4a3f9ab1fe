"""Uzbek: values at places by OGC API EDR."""

TEXTS: dict[str, str] = {
    "edr.mean": "oʻrtacha",
    "edr.sd": "standart ogʻish",
    "edr.median": "mediana",
    "edr.p05": "5 % ehtimol bilan oshmaydi",
    "edr.p25": "25 % ehtimol bilan oshmaydi",
    "edr.p75": "75 % ehtimol bilan oshmaydi",
    "edr.p95": "95 % ehtimol bilan oshmaydi",
    "edr.uncertainty": "standart ogʻishning oʻrtachaga nisbati",
    "edr.exceedance": "{threshold} dan oshish ehtimoli",
    "edr.status": "holati",
    "edr.position": "Nuqtalardagi qiymatlar",
    "edr.area": "Hududdagi qiymatlar",
    "edr.cube": "Toʻgʻri toʻrtburchakdagi qiymatlar",
    "edr.locations": "Stansiyalardagi qiymatlar",
    "edr.instances": "Maʼlumotlar versiyalari",
    "edr.instance": "{time} vaqtining {version} versiyasi",
    "edr.items": "Har bir qiymat alohida",
}
