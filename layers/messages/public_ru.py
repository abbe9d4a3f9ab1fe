"""Russian: what the server alone writes for the public."""

TEXTS: dict[str, str] = {
    "public.state.calm": (
        "Все станции, передавшие данные ({count}), в пределах природного фона: ниже {limit}."
    ),
    "public.state.raised": "Повышено: {names} – выше природного фона ({limit}).",
    "public.state.alarm": "Высокие значения: {names} – выше порога тревоги ({alarm}).",
    "public.state.others": "На остальных станциях, передавших данные ({count}), ниже {limit}.",
    "public.state.plain": "Станций, передавших данные: {count}.",
    "public.state.none": "Пока ни одна станция не передала данных.",
    "public.state.silent": "Станций без значения за этот час: {count}.",
    "public.state.late": "Самые новые данные получены {age}. Что сейчас, здесь не известно.",
    "public.state.more": "и ещё {count}",
    "public.state.title": "Состояние сети",
    "public.picture": "Карта: {title}, {when}. {state}",
    "public.unknown": "Здесь сеть знать не может",
    "public.no_hour": "данных пока нет",
    "public.lite.title": "Лёгкая страница",
    "public.lite.about": "Та же карта в виде рисунка и таблицы, без скриптов.",
    "public.lite.map": "Полная карта",
    "public.lite.table": "Станции",
    "public.lite.means": "Что это значит",
    "public.lite.all": "Все значения файлом",
    "public.lite.feed": "Лента тревог",
    "public.lite.print": "Страница печатается на листе A4.",
    "public.lite.legend": "Цвета",
    "public.offline": "Нет связи. Данные за {when}.",
    "public.open": "Открыть карту целиком",
    "public.feed.title": "Тревоги и повышенные значения",
    "public.feed.subtitle": (
        "Одна запись на каждый случай, когда станция поднимается выше {limit}. Пока значение "
        "держится, запись обновляется."
    ),
    "public.feed.alarm": "Высокое значение, {station}: до {value}",
    "public.feed.raised": "Повышенное значение, {station}: до {value}",
    "public.feed.open": "С {begin}. В самый новый час это ещё так.",
    "public.feed.closed": "С {begin} до {end}. С тех пор снова ниже {limit} или данных нет.",
    "public.feed.peak": "Наибольшее среднее за час – {value}, час {when}.",
    "public.feed.unchecked": (
        "Значение, которое ещё не проверил человек, может быть ошибкой прибора."
    ),
    # Who is credited and named in the data that come with the server
    "public.shipped.land": "Natural Earth; GSHHG/WDBII; собственные контуры вод около 2020 года",
    "public.shipped.values": "Смоделированные значения, не измерены",
    "public.shipped.network_kz": "Смоделированная демонстрационная сеть, Казахстан",
    "public.shipped.network_uz": "Смоделированная демонстрационная сеть, Узбекистан",
}
