"""Kazakh: what the server alone writes for the public."""

TEXTS: dict[str, str] = {
    "public.state.calm": (
        "Дерек берген барлық бекетте ({count}) табиғи деңгей шегінде: {limit} мәнінен төмен."
    ),
    "public.state.raised": "Жоғарылаған: {names} – табиғи деңгейден ({limit}) жоғары.",
    "public.state.alarm": "Жоғары мән: {names} – дабыл шегінен ({alarm}) жоғары.",
    "public.state.others": "Дерек берген қалған бекеттерде ({count}) {limit} мәнінен төмен.",
    "public.state.plain": "Дерек берген бекеттер: {count}.",
    "public.state.none": "Әзірге бірде-бір бекет дерек берген жоқ.",
    "public.state.silent": "Осы сағатта мәні жоқ бекеттер: {count}.",
    "public.state.late": "Ең жаңа деректер {age} алынған. Қазір қандай екені мұнда белгісіз.",
    "public.state.more": "және тағы {count}",
    "public.state.title": "Желінің күйі",
    "public.picture": "Карта: {title}, {when}. {state}",
    "public.unknown": "Мұнда желі біле алмайды",
    "public.no_hour": "әзірге дерек жоқ",
    "public.lite.title": "Жеңіл бет",
    "public.lite.about": "Сол картаның скриптсіз сурет және кесте түріндегі нұсқасы.",
    "public.lite.map": "Толық карта",
    "public.lite.table": "Бекеттер",
    "public.lite.means": "Бұл нені білдіреді",
    "public.lite.all": "Барлық мәндер файл түрінде",
    "public.lite.feed": "Дабылдар таспасы",
    "public.lite.print": "Бұл бет A4 парағына басылады.",
    "public.lite.legend": "Түстер",
    "public.offline": "Байланыс жоқ. Деректер уақыты: {when}.",
    "public.open": "Картаны толық ашу",
    "public.feed.title": "Дабылдар және жоғарылаған мәндер",
    "public.feed.subtitle": (
        "Бекеттегі мән {limit} деңгейінен асқан әр жағдайға бір жазба. Мән сақталып тұрғанда "
        "жазба жаңарып отырады."
    ),
    "public.feed.alarm": "Жоғары мән, {station}: {value} дейін",
    "public.feed.raised": "Жоғарылаған мән, {station}: {value} дейін",
    "public.feed.open": "Басталуы: {begin}. Ең жаңа сағатта әлі солай.",
    "public.feed.closed": (
        "Басталуы: {begin}, аяқталуы: {end}. Содан бері қайтадан {limit} мәнінен төмен немесе "
        "дерек жоқ."
    ),
    "public.feed.peak": "Ең үлкен сағаттық орташа мән – {value}, сағаты: {when}.",
    "public.feed.unchecked": "Адам әлі тексермеген мән аспаптың қатесі болуы мүмкін.",
    # Who is credited and named in the data that come with the server
    "public.shipped.land": (
        "Natural Earth; GSHHG/WDBII; шамамен 2020 жылғы су айдындарының өз сұлбалары"
    ),
    "public.shipped.values": "Модельденген мәндер, өлшенбеген",
    "public.shipped.network_kz": "Модельденген көрсету желісі, Қазақстан",
    "public.shipped.network_uz": "Модельденген көрсету желісі, Өзбекстан",
}
