"""Russian: sheets of candidate sites, and sites side by side."""

TEXTS: dict[str, str] = {
    "site.title": "Лист площадки",
    "site.compare": "Сравнение площадок",
    "site.description": (
        "Что все загруженные слои говорят о возможных площадках; источник каждого критерия назван."
    ),
    "site.notice": (
        "Предварительный отбор по картам. Он показывает, куда смотреть сначала, ничего не "
        "разрешает и не судит о том, активен ли разлом."
    ),
    "site.private": (
        "Файл читается, на него даётся ответ, и он забывается. Ссылка содержит координаты площадок."
    ),
    "site.upload": "Свои площадки",
    "site.upload_help": (
        "GeoJSON, KML, KMZ, GPX, шейп-файл в ZIP, GeoPackage или CSV; не более {sites} "
        "площадок и {megabytes} МБ."
    ),
    "site.file": "Файл с площадками",
    "site.crs": "Система координат, если её нет в файле",
    "site.places": (
        "Или введите: долгота,широта,точность в метрах,название; следующая после точки с запятой"
    ),
    "site.show": "Показать",
    "site.preset": "Критерии",
    "site.preset.iaea-like": "По образцу МАГАТЭ",
    "site.preset.or-sage-large": "OR-SAGE, большой реактор",
    "site.preset.or-sage-small": "OR-SAGE, малый реактор",
    "site.preset.np-032": "НП-032",
    "site.power": "Тепловая мощность, МВт",
    "site.coordinates": "Долгота, широта",
    "site.accuracy": "Точность координат",
    "site.accuracy_assumed": "± {value} м, принято: в файле не указано",
    "site.country": "Государство",
    "site.no_country": "нет: море или вне региона",
    "site.elevation": "Высота",
    "site.border": "Сухопутная граница",
    "site.border_value": "{distance} км, направление {direction} ({pair}), ± {accuracy} км",
    "site.reactor": "Реактор",
    "site.reactor.large": "{power} МВт тепловых, большой",
    "site.reactor.small": "{power} МВт тепловых, малый",
    "site.coverage": "Имеющиеся сведения",
    "site.coverage_value": "по {share} критериев, {weight} веса",
    "site.verdict": "Заключение",
    "site.exclusion": "Исключение",
    "site.avoidance": "Нежелательность",
    "site.suitability": "Пригодность",
    "site.excluded": "Исключена: {rules}. Никакой вес этого не возместит.",
    "site.not_excluded": "По имеющимся сведениям исключений нет.",
    "site.avoided": "Нежелательно: {rules}.",
    "site.not_avoided": "По имеющимся сведениям нежелательного нет.",
    "site.status": "Вывод",
    "site.status.hit": "за пределом",
    "site.status.possible": "в пределе, возможно, за ним",
    "site.status.clear": "в пределе",
    "site.status.missing": "не известно",
    "site.unsure": "сведения лежат по обе стороны предела",
    "site.rule": "Критерий",
    "site.above": "выше {limit}",
    "site.below": "ниже {limit}",
    "site.value": "Значение",
    "site.limit": "Предел",
    "site.source": "Источник",
    "site.check": "проверить перед применением",
    "site.convention": "выбор этого сервера",
    "site.lifted": "снято ({by}): {why}",
    "site.score": "Оценка {score}, с вероятностью 90 % от {low} до {high}",
    "site.withheld": "Без этого оценка не даётся: {names}.",
    "site.score_short": "Оценка",
    "site.weight": "Вес",
    "site.utility": "Полезность",
    "site.hazard": "Сейсмическая опасность",
    "site.model": "Модель",
    "site.years": "{years} лет",
    "site.sl2": "Возможный уровень SL-2",
    "site.sl2_value": (
        "{value} g: большее из {floor} g и среднего по моделям за 10 000 лет, {mean} g "
        "(моделей: {models}, от {least} до {most} g)"
    ),
    "site.sl2_note": "Нижний предел 0,1 g по МАГАТЭ SSG-9, по памяти: проверить перед применением.",
    "site.no_hazard": "Не загружено ни одной модели опасности для этого места.",
    "site.spread": "Модели различаются до {ratio} раз.",
    "site.only_demonstration": "Все модели демонстрационные: они ничего не доказывают о площадке.",
    "site.curve": "Пиковое ускорение (g) по периоду повторения (лет)",
    "site.ground": "Vs30, м/с",
    "site.hazard.official": "официальная карта",
    "site.hazard.model": "модель",
    "site.hazard.demonstration": "демонстрация",
    "site.envelope": "Запас до проекта на {envelope} g: {margin}",
    "site.faults": "Разломы в пределах {reach} км",
    "site.fault": "Разлом",
    "site.unnamed": "без названия",
    "site.fold": "складка, не разлом",
    "site.length": "Длина, км",
    "site.distance": "Расстояние, км",
    "site.direction": "Направление",
    "site.trace": "Линия, ± км",
    "site.slip": "Скорость, мм/год",
    "site.within5": "Вероятность ближе 5 км",
    "site.consider": "Учитывать",
    "site.faults_note": (
        "Расстояния до линий на картах. «Учитывать» — по длине и расстоянию, 10 CFR 100, "
        "прил. A, по памяти: проверить перед применением."
    ),
    "site.no_faults": "В пределах {reach} км нет загруженных разломов.",
    "site.more": "И ещё {count}.",
    "site.yes": "да",
    "site.events": "Землетрясения в пределах {reach} км, сначала самые сильные здесь",
    "site.date": "Дата",
    "site.event": "Место",
    "site.magnitude": "Магнитуда",
    "site.depth": "Глубина, км",
    "site.here": "Здесь, MSK-64",
    "site.events_note": (
        "Оценено по {relation}, ± {sigma} балла (одно стандартное отклонение); не наблюдалось."
    ),
    "site.recurrence": (
        "Гутенберг–Рихтер b = {b} ± {b_sd}, по {count} независимым событиям с M {least} и "
        "более за полные промежутки; {rate} в год."
    ),
    "site.no_recurrence": (
        "Слишком мало полных независимых событий для наклона (независимых: {count})."
    ),
    "site.history": "Магнитуда по годам; ступени: с какого года каталог полон",
    "site.no_events": "В пределах {reach} км нет загруженных землетрясений.",
    "site.seismic_zone": "Сейсмическая зона",
    "site.people": "Население",
    "site.circle": "Круг",
    "site.by_state": "По государствам",
    "site.total": "Жителей",
    "site.elsewhere": "Если площадка в другом месте в пределах точности",
    "site.density": "Человек на км²",
    "site.people_raster": (
        "Подсчитано по ячейкам слоя «{source}»; ячейка на границе круга учтена частью внутри него."
    ),
    "site.people_unread": "Слой «{source}» использовать не удалось: {reason}",
    "site.people_note": (
        "Нижние оценки: учтены населённые пункты от {least} жителей; меньшие, люди вне их и"
        " пункты без числа жителей ({unknown}) не учтены."
    ),
    "site.town": "Ближайший город от {people} жителей",
    "site.town_value": "{name} ({country}), {people}; {distance} км, направление {direction}",
    "site.zones": "Зоны аварийного планирования и сеть",
    "site.zone": "Зона",
    "site.zone.paz": "ЗПМ, предупредительные меры",
    "site.zone.upz": "ЗСМ, срочные меры",
    "site.zone.epd": "РПД, расширенное планирование",
    "site.zone.icpd": "РПП, пища и товары",
    "site.radius": "Радиус, км",
    "site.stations": "Станции",
    "site.empty": "Направления без станций",
    "site.all_directions": "все 16",
    "site.none": "нет",
    "site.zones_note": (
        "Круги по {source}, по памяти: проверить перед применением. Настоящие зоны идут по "
        "дорогам, рекам и границам."
    ),
    "site.cross": "Другие государства",
    "site.reached": "Зоны, которые её достигают",
    "site.perhaps": "возможно, {zones}",
    "site.cross_note": (
        "Сообщить другой стороне (Эспо): какие зоны её достигают, её население в кругах, "
        "опасность, станции и дозу этого листа."
    ),
    "site.alone": "Ни одна зона не достигает другого государства.",
    "site.wind_to": "Ветер дует туда",
    "site.wind_value": (
        "{name}, в {distance} км, {period}: чаще всего {sector} ({share}), штиль {calm}"
    ),
    "site.wind_note": (
        "Доля времени, когда приземный ветер дует от площадки к государству в пределах {reach} км;"
        " роза относится к площадкам ближе {within} км и не описывает рассеяние выброса."
    ),
    "site.basin_value": "{name}, {area} км²: {shares}",
    "site.basin_rest": "вне известных государств",
    "site.basin_note": "Общий водосбор не говорит, в какую сторону течёт вода.",
    "site.dose": "Радиация и среда здесь",
    "site.layer": "Слой",
    "site.time": "Час (UTC)",
    "site.evidence": "Вода, рельеф и прочее",
    "site.provenance": "Происхождение сведений",
    "site.version": "Версия",
    "site.vintage": "Год данных",
    "site.licence": "Лицензия",
    "site.not_loaded": "Не загружено: {names}.",
    "site.replay": (
        "Те же исходные данные дают те же числа. Исходные данные {inputs}, результаты "
        "{results}, программа {software}."
    ),
    "site.missing.not_loaded": "не загружено",
    "site.missing.outside": "вне данных",
    "site.missing.nothing_near": "поблизости ничего",
    "site.missing.no_rose": "нет читаемой розы",
    "site.missing.other_state": "карта другого государства",
    "site.missing.no_return_period": "нет для этого периода",
    "site.missing.falling_curve": "более редкое движение там слабее",
    "site.map": "Площадка, круги, разломы, землетрясения, границы и станции",
    "site.rank": "Место",
    "site.first": "Вероятность первого места",
    "site.best": "лучшее",
    "site.worst": "худшее",
    "site.order": "Порядок",
    "site.ranks": "Места с 90 %",
    "site.chance_of_ranks": "Вероятность каждого места, %",
    "site.order_note": (
        "Исключённые площадки и площадки без оценки не имеют места. Под оценкой: пределы, в "
        "которых она лежит с вероятностью 90 %. Под имеющимися сведениями: их доля веса."
    ),
    "site.inputs": "Хеш входных данных",
    "site.sites": "Площадки",
    "site.weights": "Веса",
    "site.weights_note": (
        "Веса выбирают люди. Вероятность первого места: веса меняются примерно на 30 %, "
        "сведения в пределах неопределённости, неизвестное — от худшего до лучшего."
    ),
    "site.reset": "Как в критериях",
    "site.flips": "Где порядок меняется",
    "site.flip": (
        "{from_site} уступает первое место {to_site}, когда вес «{evidence}» меняется с "
        "{now} до {then}."
    ),
    "site.no_flip": "Вес ни одного отдельного критерия не меняет первое место.",
    "site.ahp": "Веса попарным сравнением (AHP)",
    "site.ahp_help": "Во сколько раз строка важнее столбца? От 1/9 до 9.",
    "site.ratio": "Отношение согласованности {ratio}",
    "site.inconsistent": "выше 0,1: сравнения противоречат друг другу",
    "site.apply": "Взять эти веса",
    "site.plot": "Полезность по критериям; исключённые площадки пунктиром",
    "site.share": "Ссылка на это состояние",
    "site.same_place": "Неотличимы, координаты одинаковы: {names}.",
    "site.sheet": "Лист",
    "site.excluded_short": "исключена",
    "site.unranked": "без оценки",
    "site.print": "Печать",
    "site.site": "Площадка",
    "site.one_site": "Прочитана одна площадка; сравнить можно две и более.",
    "site.evidence.pga_475": "Ускорение, 475 лет",
    "site.evidence.pga_975": "Ускорение, 975 лет",
    "site.evidence.pga_2475": "Ускорение, 2475 лет",
    "site.evidence.pga_10000": "Ускорение, 10 000 лет",
    "site.evidence.sl2": "Ускорение SL-2",
    "site.evidence.msk_sl2": "Интенсивность, 10 000 лет",
    "site.evidence.msk_zone": "Интенсивность зоны",
    "site.evidence.historic_msk": "Сильнейшее прошлое сотрясение",
    "site.evidence.fault_distance": "Ближайший разлом на карте",
    "site.evidence.fault_margin": "Расстояние сверх учитываемого для разлома",
    "site.evidence.density_16km": "Людей на км² в 16 км",
    "site.evidence.density_25km": "Людей на км² в 25 км",
    "site.evidence.density_30km": "Людей на км² в 30 км",
    "site.evidence.density_32km": "Людей на км² в 32 км",
    "site.evidence.town_25000_distance": "Город от 25 000",
    "site.evidence.town_100000_distance": "Город от 100 000",
    "site.evidence.border_distance": "Сухопутная граница",
    "site.evidence.open_water": "На открытой воде",
    "site.evidence.water_distance": "Река или озеро",
    "site.evidence.airport_distance": "Аэропорт",
    "site.evidence.hazard_facility_distance": "Опасный объект",
    "site.evidence.protected_distance": "Охраняемая территория",
    "site.evidence.flood_zone": "Зона затопления",
    "site.evidence.slope": "Уклон",
    "site.evidence.elevation": "Высота",
    "site.evidence.empty_sectors_epd": "Направлений без станций (РПД)",
    "site.evidence.wind_rose": "Роза ветров",
    "site.evidence.water_basin": "Водосборы",
    "site.country.AF": "Афганистан",
    "site.country.AM": "Армения",
    "site.country.AZ": "Азербайджан",
    "site.country.CN": "Китай",
    "site.country.GE": "Грузия",
    "site.country.IN": "Индия",
    "site.country.IQ": "Ирак",
    "site.country.IR": "Иран",
    "site.country.KG": "Кыргызстан",
    "site.country.KZ": "Казахстан",
    "site.country.MN": "Монголия",
    "site.country.PK": "Пакистан",
    "site.country.RU": "Россия",
    "site.country.SY": "Сирия",
    "site.country.TJ": "Таджикистан",
    "site.country.TM": "Туркменистан",
    "site.country.TR": "Турция",
    "site.country.UZ": "Узбекистан",
    "site.directions": ("С|ССВ|СВ|ВСВ|В|ВЮВ|ЮВ|ЮЮВ|Ю|ЮЮЗ|ЮЗ|ЗЮЗ|З|ЗСЗ|СЗ|ССЗ"),
}
