"""Russian: values at places by OGC API EDR."""

TEXTS: dict[str, str] = {
    "edr.mean": "среднее",
    "edr.sd": "стандартное отклонение",
    "edr.median": "медиана",
    "edr.p05": "не превышается с вероятностью 5 %",
    "edr.p25": "не превышается с вероятностью 25 %",
    "edr.p75": "не превышается с вероятностью 75 %",
    "edr.p95": "не превышается с вероятностью 95 %",
    "edr.uncertainty": "стандартное отклонение, делённое на среднее",
    "edr.exceedance": "вероятность превышения {threshold}",
    "edr.status": "состояние",
    "edr.position": "Значения в точках",
    "edr.area": "Значения на площади",
    "edr.cube": "Значения в прямоугольнике",
    "edr.locations": "Значения на станциях",
    "edr.instances": "Версии данных",
    "edr.instance": "Версия {version} за {time}",
    "edr.items": "Каждое значение отдельно",
}
