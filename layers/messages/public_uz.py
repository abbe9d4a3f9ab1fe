"""Uzbek: what the server alone writes for the public."""

TEXTS: dict[str, str] = {
    "public.state.calm": (
        "Maʼlumot bergan barcha stansiyalar ({count}) tabiiy daraja doirasida: {limit} dan past."
    ),
    "public.state.raised": "Oshgan: {names} – tabiiy darajadan ({limit}) yuqori.",
    "public.state.alarm": "Yuqori qiymat: {names} – ogohlantirish darajasidan ({alarm}) yuqori.",
    "public.state.others": "Maʼlumot bergan qolgan stansiyalarda ({count}) {limit} dan past.",
    "public.state.plain": "Maʼlumot bergan stansiyalar: {count}.",
    "public.state.none": "Hozircha hech bir stansiya maʼlumot bermagan.",
    "public.state.silent": "Shu soatda qiymati yoʻq stansiyalar: {count}.",
    "public.state.late": "Eng yangi maʼlumotlar {age} olingan. Hozir qandayligi bu yerda nomaʼlum.",
    "public.state.more": "va yana {count} ta",
    "public.state.title": "Tarmoq holati",
    "public.picture": "Xarita: {title}, {when}. {state}",
    "public.unknown": "Bu yerda tarmoq bila olmaydi",
    "public.no_hour": "maʼlumotlar hozircha yoʻq",
    "public.lite.title": "Yengil sahifa",
    "public.lite.about": "Shu xaritaning skriptsiz, rasm va jadval koʻrinishi.",
    "public.lite.map": "Toʻliq xarita",
    "public.lite.table": "Stansiyalar",
    "public.lite.means": "Bu nimani bildiradi",
    "public.lite.all": "Barcha qiymatlar fayl koʻrinishida",
    "public.lite.feed": "Ogohlantirishlar tasmasi",
    "public.lite.print": "Bu sahifa A4 varagʻiga bosiladi.",
    "public.lite.legend": "Ranglar",
    "public.offline": "Aloqa yoʻq. Maʼlumotlar vaqti: {when}.",
    "public.open": "Xaritani toʻliq ochish",
    "public.feed.title": "Ogohlantirishlar va oshgan qiymatlar",
    "public.feed.subtitle": (
        "Stansiyadagi qiymat {limit} dan oshgan har bir hol uchun bitta yozuv. Qiymat saqlanib "
        "turguncha yozuv yangilanadi."
    ),
    "public.feed.alarm": "Yuqori qiymat, {station}: {value} gacha",
    "public.feed.raised": "Oshgan qiymat, {station}: {value} gacha",
    "public.feed.open": "Boshlanishi: {begin}. Eng yangi soatda hali ham shunday.",
    "public.feed.closed": (
        "Boshlanishi: {begin}, tugashi: {end}. Shundan beri yana {limit} dan past yoki maʼlumot "
        "yoʻq."
    ),
    "public.feed.peak": "Eng katta soatlik oʻrtacha qiymat – {value}, soati: {when}.",
    "public.feed.unchecked": "Hali inson tekshirmagan qiymat asbob xatosi boʻlishi mumkin.",
    # Who is credited and named in the data that come with the server
    "public.shipped.land": (
        "Natural Earth; GSHHG/WDBII; suv havzalarining taxminan 2020-yildagi oʻz chizmalari"
    ),
    "public.shipped.values": "Modellashtirilgan qiymatlar, oʻlchanmagan",
    "public.shipped.network_kz": "Modellashtirilgan namoyish tarmogʻi, Qozogʻiston",
    "public.shipped.network_uz": "Modellashtirilgan namoyish tarmogʻi, Oʻzbekiston",
}
