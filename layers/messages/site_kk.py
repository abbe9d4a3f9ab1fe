"""Kazakh: sheets of candidate sites, and sites side by side."""

TEXTS: dict[str, str] = {
    "site.title": "Алаң парағы",
    "site.compare": "Алаңдарды салыстыру",
    "site.description": (
        "Жүктелген барлық қабаттардың ықтимал алаңдар туралы айтатыны; әр өлшемнің "
        "дереккөзі көрсетілген."
    ),
    "site.notice": (
        "Карталар бойынша алдын ала іріктеу. Ол алдымен қайда қарау керегін көрсетеді, "
        "ештеңеге рұқсат бермейді және жарылымның белсенділігі туралы айтпайды."
    ),
    "site.private": (
        "Файл оқылады, жауап беріледі және ұмытылады. Сілтемеде алаңдардың координаттары болады."
    ),
    "site.upload": "Өз алаңдарыңыз",
    "site.upload_help": (
        "GeoJSON, KML, KMZ, GPX, ZIP ішіндегі шейп-файл, GeoPackage немесе CSV; ең көбі "
        "{sites} алаң және {megabytes} МБ."
    ),
    "site.file": "Алаңдар файлы",
    "site.crs": "Координаттар жүйесі, егер файлда болмаса",
    "site.places": (
        "Немесе жазыңыз: бойлық,ендік,дәлдігі метрмен,атауы; келесісі нүктелі үтірден кейін"
    ),
    "site.show": "Көрсету",
    "site.preset": "Өлшемдер",
    "site.preset.iaea-like": "МАГАТЭ үлгісімен",
    "site.preset.or-sage-large": "OR-SAGE, үлкен реактор",
    "site.preset.or-sage-small": "OR-SAGE, шағын реактор",
    "site.preset.np-032": "НП-032 (Ресей)",
    "site.power": "Жылу қуаты, МВт",
    "site.coordinates": "Бойлық, ендік",
    "site.accuracy": "Координаттардың дәлдігі",
    "site.accuracy_assumed": "± {value} м, қабылданды: файлда көрсетілмеген",
    "site.country": "Мемлекет",
    "site.no_country": "жоқ: теңіз немесе аймақтан тыс",
    "site.elevation": "Биіктігі",
    "site.border": "Құрлықтағы шекара",
    "site.border_value": "{distance} км, бағыты {direction} ({pair}), ± {accuracy} км",
    "site.reactor": "Реакторы",
    "site.reactor.large": "{power} МВт жылу, үлкен",
    "site.reactor.small": "{power} МВт жылу, шағын",
    "site.coverage": "Қолда бар мәліметтер",
    "site.coverage_value": "өлшемдердің {share}, салмақтың {weight}",
    "site.verdict": "Қорытынды",
    "site.exclusion": "Жарамсыз ету",
    "site.avoidance": "Аулақ болу",
    "site.suitability": "Жарамдылық",
    "site.excluded": "Жарамсыз: {rules}. Ешбір салмақ мұны өтемейді.",
    "site.not_excluded": "Белгілі мәліметтер бойынша жарамсыз ететін себеп жоқ.",
    "site.avoided": "Аулақ болған дұрыс: {rules}.",
    "site.not_avoided": "Белгілі мәліметтер бойынша аулақ болатын себеп жоқ.",
    "site.status": "Нәтиже",
    "site.status.hit": "шектен тыс",
    "site.status.possible": "шекте, мүмкін одан тыс",
    "site.status.clear": "шекте",
    "site.status.missing": "белгісіз",
    "site.unsure": "мәліметтер шектің екі жағында да жатыр",
    "site.rule": "Өлшем",
    "site.above": "{limit} жоғары",
    "site.below": "{limit} төмен",
    "site.value": "Мәні",
    "site.limit": "Шегі",
    "site.source": "Дереккөз",
    "site.check": "қолданар алдында тексеріңіз",
    "site.convention": "осы сервердің таңдауы",
    "site.lifted": "алып тасталды ({by}): {why}",
    "site.score": "Баға {score}, 90 % ықтималдықпен {low} мен {high} аралығында",
    "site.withheld": "Мынасыз баға берілмейді: {names}.",
    "site.score_short": "Бағасы",
    "site.weight": "Салмағы",
    "site.utility": "Пайдалылығы",
    "site.hazard": "Сейсмикалық қауіп",
    "site.model": "Үлгі",
    "site.years": "{years} жыл",
    "site.sl2": "Ықтимал SL-2 деңгейі",
    "site.sl2_value": (
        "{value} g: {floor} g пен 10 000 жылдағы үлгілер орташасының ({mean} g) үлкені "
        "(үлгілер: {models}, {least} бастап {most} g дейін)"
    ),
    "site.sl2_note": (
        "0,1 g төменгі шегі МАГАТЭ SSG-9 бойынша, жадтан: қолданар алдында тексеріңіз."
    ),
    "site.no_hazard": "Бұл жер үшін бірде-бір қауіп үлгісі жүктелмеген.",
    "site.spread": "Үлгілер {ratio} есеге дейін айырмашылық береді.",
    "site.only_demonstration": "Барлық үлгілер көрсетуге арналған: алаң туралы дәлел емес.",
    "site.curve": "Қайталану кезеңі (жыл) бойынша шыңдық үдеу (g)",
    "site.ground": "Vs30, м/с",
    "site.hazard.official": "ресми карта",
    "site.hazard.model": "үлгі",
    "site.hazard.demonstration": "көрсету үшін",
    "site.envelope": "{envelope} g жобасына дейінгі қор: {margin}",
    "site.faults": "{reach} км ішіндегі жарылымдар",
    "site.fault": "Жарылым",
    "site.unnamed": "атаусыз",
    "site.fold": "қатпар, жарылым емес",
    "site.length": "Ұзындығы, км",
    "site.distance": "Қашықтығы, км",
    "site.direction": "Бағыты",
    "site.trace": "Сызығы, ± км",
    "site.slip": "Жылдамдығы, мм/жыл",
    "site.within5": "5 км ішінде болу ықтималдығы",
    "site.consider": "Ескеру керек",
    "site.faults_note": (
        "Қашықтықтар картадағы сызықтарға дейін. «Ескеру керек» — ұзындығы мен қашықтығы "
        "бойынша, 10 CFR 100, A қосымшасы, жадтан: қолданар алдында тексеріңіз."
    ),
    "site.no_faults": "{reach} км ішінде жүктелген жарылым жоқ.",
    "site.more": "Тағы {count}.",
    "site.yes": "иә",
    "site.events": "{reach} км ішіндегі жер сілкінулер, алдымен осы жердегі ең күштілері",
    "site.date": "Күні",
    "site.event": "Орны",
    "site.magnitude": "Магнитудасы",
    "site.depth": "Тереңдігі, км",
    "site.here": "Осы жерде, MSK-64",
    "site.events_note": (
        "{relation} бойынша бағаланған, ± {sigma} балл (бір стандартты ауытқу); бақыланбаған."
    ),
    "site.recurrence": (
        "Гутенберг–Рихтер b = {b} ± {b_sd}, толық кезеңдердегі M {least} және одан күшті "
        "{count} тәуелсіз оқиға бойынша; жылына {rate}."
    ),
    "site.no_recurrence": "Көлбеу үшін толық тәуелсіз оқиғалар тым аз (тәуелсізі: {count}).",
    "site.history": "Жылдар бойынша магнитуда; баспалдақ: каталог қай жылдан толық",
    "site.no_events": "{reach} км ішінде жүктелген жер сілкіну жоқ.",
    "site.seismic_zone": "Сейсмикалық аймақ",
    "site.people": "Халық",
    "site.circle": "Шеңбер",
    "site.by_state": "Мемлекеттер бойынша",
    "site.total": "Тұрғындар",
    "site.elsewhere": "Алаң дәлдік шегінде басқа жерде болса",
    "site.density": "км² адам саны",
    "site.people_raster": (
        "«{source}» қабатының ұяшықтарынан есептелді; шеңбер бойындағы ұяшықтың ішкі "
        "бөлігі ғана саналады."
    ),
    "site.people_unread": "«{source}» қабатын қолдану мүмкін болмады: {reason}",
    "site.people_note": (
        "Төменгі бағалар: {least} және одан көп тұрғыны бар елді мекендер саналған; "
        "кішілері, олардан тыс адамдар және саны белгісіз елді мекендер ({unknown}) есепке "
        "алынбаған."
    ),
    "site.town": "{people} және одан көп тұрғыны бар ең жақын қала",
    "site.town_value": "{name} ({country}), {people}; {distance} км, бағыты {direction}",
    "site.zones": "Апаттық аймақтар және желі",
    "site.zone": "Аймақ",
    "site.zone.paz": "ЗПМ, алдын алу шаралары",
    "site.zone.upz": "ЗСМ, шұғыл шаралар",
    "site.zone.epd": "РПД, кеңейтілген жоспарлау",
    "site.zone.icpd": "РПП, тамақ және тауарлар",
    "site.radius": "Радиусы, км",
    "site.stations": "Бекеттер",
    "site.empty": "Бекетсіз бағыттар",
    "site.all_directions": "барлығы (16)",
    "site.none": "жоқ",
    "site.zones_note": (
        "{source} бойынша шеңберлер, жадтан: қолданар алдында тексеріңіз. Нақты аймақтар "
        "жолдар, өзендер және шекаралар бойымен жүреді."
    ),
    "site.cross": "Басқа мемлекеттер",
    "site.reached": "Оған жететін аймақтар",
    "site.perhaps": "мүмкін {zones}",
    "site.cross_note": (
        "Екінші тарапқа хабарлау (Эспо): оған жететін аймақтар, шеңберлердегі халқы, осы "
        "парақтағы қауіп, бекеттер және доза."
    ),
    "site.alone": "Бірде-бір аймақ басқа мемлекетке жетпейді.",
    "site.wind_to": "Жел сол жаққа соғады",
    "site.wind_value": (
        "{name}, {distance} км қашықтықта, {period}: көбіне {sector} жағынан ({share}), "
        "тынық {calm}"
    ),
    "site.wind_note": (
        "Жер бетіндегі жел алаңнан {reach} км шегіндегі мемлекетке қарай соғатын уақыттың үлесі; "
        "раушан {within} км-ден жақын алаңдарға жарайды және шығарындының таралуын көрсетпейді."
    ),
    "site.basin_value": "{name}, {area} км²: {shares}",
    "site.basin_rest": "белгілі мемлекеттерден тыс",
    "site.basin_note": "Ортақ алап судың қай жаққа ағатынын айтпайды.",
    "site.dose": "Осы жердегі радиация және орта",
    "site.layer": "Қабат",
    "site.time": "Сағат (UTC)",
    "site.evidence": "Су, жер бедері және басқалары",
    "site.provenance": "Мәліметтердің шығу тегі",
    "site.version": "Нұсқасы",
    "site.vintage": "Деректер жылы",
    "site.licence": "Лицензиясы",
    "site.not_loaded": "Жүктелмеген: {names}.",
    "site.replay": (
        "Бірдей кіріс бірдей сандар береді. Кіріс {inputs}, нәтиже {results}, бағдарлама "
        "{software}."
    ),
    "site.missing.not_loaded": "жүктелмеген",
    "site.missing.outside": "деректерден тыс",
    "site.missing.nothing_near": "жақын жерде ештеңе",
    "site.missing.no_rose": "оқылатын раушан жоқ",
    "site.missing.other_state": "басқа мемлекеттің картасы",
    "site.missing.no_return_period": "бұл кезең үшін жоқ",
    "site.missing.falling_curve": "сирек тербеліс ол жерде әлсізірек",
    "site.map": "Алаң, шеңберлер, жарылымдар, жер сілкінулер, шекаралар және бекеттер",
    "site.rank": "Орны (ретімен)",
    "site.first": "Бірінші орын ықтималдығы",
    "site.best": "ең жақсы",
    "site.worst": "ең нашар",
    "site.order": "Рет",
    "site.ranks": "90 % орындар",
    "site.chance_of_ranks": "Әр орынның ықтималдығы, %",
    "site.order_note": (
        "Жарамсыз және бағасыз алаңдардың орны жоқ. Бағаның астында: ол 90 % ықтималдықпен "
        "жататын шектер. Қолда бар мәліметтердің астында: олардың салмақтағы үлесі."
    ),
    "site.inputs": "Кіріс деректерінің хеші",
    "site.sites": "Алаңдар",
    "site.weights": "Салмақтар",
    "site.weights_note": (
        "Салмақтарды адамдар таңдайды. Бірінші орын ықтималдығы: салмақтар шамамен 30 % "
        "өзгереді, мәліметтер белгісіздік шегінде, белгісізі — ең нашардан ең жақсыға "
        "дейін."
    ),
    "site.reset": "Өлшемдердегідей",
    "site.flips": "Рет өзгеретін жерлер",
    "site.flip": (
        "«{evidence}» салмағы {now} орнына {then} болғанда, {from_site} бірінші орынды "
        "{to_site} алаңына береді."
    ),
    "site.no_flip": "Бірде-бір өлшемнің салмағы бірінші орынды өзгертпейді.",
    "site.ahp": "Жұптап салыстыру арқылы салмақтар (AHP)",
    "site.ahp_help": "Жол бағаннан неше есе маңызды? 1/9 бастап 9 дейін.",
    "site.ratio": "Келісімділік қатынасы {ratio}",
    "site.inconsistent": "0,1 жоғары: салыстырулар бір-біріне қайшы",
    "site.apply": "Осы салмақтарды алу",
    "site.plot": "Өлшемдер бойынша пайдалылық; жарамсыз алаңдар үзік сызықпен",
    "site.share": "Осы күйге сілтеме",
    "site.same_place": "Ажырату мүмкін емес, координаттары бірдей: {names}.",
    "site.sheet": "Парақ",
    "site.excluded_short": "жарамсыз",
    "site.unranked": "бағасыз",
    "site.print": "Басып шығару",
    "site.site": "Алаң",
    "site.one_site": "Бір алаң оқылды; екі немесе одан көбін салыстыруға болады.",
    "site.evidence.pga_475": "Үдеу, 475 жыл",
    "site.evidence.pga_975": "Үдеу, 975 жыл",
    "site.evidence.pga_2475": "Үдеу, 2475 жыл",
    "site.evidence.pga_10000": "Үдеу, 10 000 жыл",
    "site.evidence.sl2": "SL-2 үдеуі",
    "site.evidence.msk_sl2": "Қарқындылық, 10 000 жыл",
    "site.evidence.msk_zone": "Аймақ қарқындылығы",
    "site.evidence.historic_msk": "Өткендегі ең күшті сілкініс",
    "site.evidence.fault_distance": "Картадағы ең жақын жарылым",
    "site.evidence.fault_margin": "Жарылым ескерілетін қашықтықтан тыс",
    "site.evidence.density_16km": "16 км ішінде км² адам",
    "site.evidence.density_25km": "25 км ішінде км² адам",
    "site.evidence.density_30km": "30 км ішінде км² адам",
    "site.evidence.density_32km": "32 км ішінде км² адам",
    "site.evidence.town_25000_distance": "25 000 тұрғыны бар қала",
    "site.evidence.town_100000_distance": "100 000 тұрғыны бар қала",
    "site.evidence.border_distance": "Құрлықтағы шекара",
    "site.evidence.open_water": "Ашық суда",
    "site.evidence.water_distance": "Өзен немесе көл",
    "site.evidence.airport_distance": "Әуежай",
    "site.evidence.hazard_facility_distance": "Қауіпті нысан",
    "site.evidence.protected_distance": "Қорғалатын аумақ",
    "site.evidence.flood_zone": "Су басатын аймақ",
    "site.evidence.slope": "Еңістік",
    "site.evidence.elevation": "Биіктік",
    "site.evidence.empty_sectors_epd": "Бекетсіз бағыттар (РПД)",
    "site.evidence.wind_rose": "Жел раушаны",
    "site.evidence.water_basin": "Су алаптары",
    "site.country.AF": "Ауғанстан",
    "site.country.AM": "Армения Республикасы",
    "site.country.AZ": "Әзербайжан",
    "site.country.CN": "Қытай",
    "site.country.GE": "Грузия елі",
    "site.country.IN": "Үндістан",
    "site.country.IQ": "Ирак елі",
    "site.country.IR": "Иран елі",
    "site.country.KG": "Қырғызстан",
    "site.country.KZ": "Қазақстан",
    "site.country.MN": "Моңғолия",
    "site.country.PK": "Пәкістан",
    "site.country.RU": "Ресей",
    "site.country.SY": "Сирия елі",
    "site.country.TJ": "Тәжікстан",
    "site.country.TM": "Түрікменстан",
    "site.country.TR": "Түркия",
    "site.country.UZ": "Өзбекстан",
    "site.directions": ("С|ССШ|СШ|ШСШ|Ш|ШОШ|ОШ|ООШ|О|ООБ|ОБ|БОБ|Б|БСБ|СБ|ССБ"),
}
