"""Uzbek: the page of a layer."""

TEXTS: dict[str, str] = {
    "about.layer": "Qatlam",
    "about.description": "Qatlam nimani koʻrsatadi, maʼlumotlari qayerdan va qanchalik sifatli.",
    "about.map": "Xaritada koʻrsatish",
    "about.id": "Manzillardagi nomi",
    "about.licence": "Litsenziya",
    "about.version": "Versiyasi",
    "about.none": "yoʻq",
    "about.styles": "Uslublar",
    "about.classes": "{style}: ranglar nimani bildiradi",
    "about.colour": "Rangi",
    "about.class": "Sinfi",
    "about.below": "{high} dan past",
    "about.above": "{low} va undan yuqori",
    "about.everything": "chizilganning hammasi",
    "about.plain": "Sinflarsiz, boricha chiziladi.",
    "about.times": "Vaqti",
    "about.span": "Maʼlumotli soatlar soni: {count}; birinchisi – {first}, oxirgisi – {last}.",
    "about.hours": "Eng yangi soatlar, har birining oʻz sahifasi bor",
    "about.timeless": "Bu qatlam soatdan soatga oʻzgarmaydi.",
    "about.nothing": "Hozircha maʼlumotlar yoʻq.",
    "about.files": "Tayllar va fayllar",
    "about.tilejson": "“{style}” uslubidagi tayllar, TileJSON tavsifi",
    "about.file": "Shu versiyaning maʼlumotlari, {format} formatida",
    "about.no_file": "Qatlam faqat tayllar koʻrinishida beriladi.",
    "about.surface": "Sirt va u qanday tuzilgan",
    "about.no_surface": "Sirt hali tuzilmagan. "
    "Stansiyalar qiymat yuborgach, u shu yerda paydo boʻladi.",
    "about.mode": "Rejimi",
    "about.mode.routine": "Odatdagi: shu soat qiymatlarida chiqindi otilishi koʻrinmadi. "
    "Barcha stansiyalar boʻyicha bitta maydon tuzilgan.",
    "about.mode.event": "Hodisa: qiymatlar quyidagi stansiyalarda koʻtarildi: {stations}. "
    "Koʻtarilish xaritada tabiiy fondan alohida hisoblangan.",
    "about.mode.event_unnamed": "Hodisa: qiymatlar koʻtarildi, koʻtarilish xaritada tabiiy fondan "
    "alohida hisoblangan. Qaysi stansiyalarda ekani saqlanmagan.",
    "about.mode.unknown": "Bu sirtning rejimi saqlanmagan.",
    "about.background": "Hodisada parametrlar va hisobot tabiiy fonga tegishli. "
    "Ular koʻtarilish qanchalik yaxshi maʼlumligini aytmaydi.",
    "about.made": "Tuzilgan vaqti",
    "about.used": "Qiymati bor stansiyalar",
    "about.far_out": "Kirmaganlari",
    "about.far_out_means": "{stations}. U yerdagi qiymat boshqalaridan keskin farq qiladi; "
    "stansiyani odam koʻrishi kerak.",
    "about.method": "Usul",
    "about.method.exact": "Barcha stansiyalar boʻyicha birdan kriging, kovariatsiyasi: {model}.",
    "about.method.local": "Har bir joyning eng yaqin stansiyalari boʻyicha kriging, "
    "kovariatsiyasi: {model}.",
    "about.method.none": "Interpolyatsiya qilinadigan qiymatlar boʻlmadi.",
    "about.model.exponential": "eksponensial",
    "about.model.matern32": "Matern 3/2",
    "about.model.matern52": "Matern 5/2",
    "about.fallback": "Parametrlari",
    "about.fallback.": "Stansiyalar qiymatlari boʻyicha cheklangan maksimal haqiqatga "
    "oʻxshashlik usulida topilgan.",
    "about.fallback.few-stations": "Oldindan berilgan: qonuniyatni topish uchun stansiyalar "
    "juda kam.",
    "about.fallback.no-pattern": "Fazoda aytarli qonuniyat yoʻq: qoʻshni stansiyalar qiymatni "
    "barchasining oʻrtachasidan yaxshiroq bashorat qilmaydi, "
    "xarita shu oʻrtachadan deyarli farq qilmaydi.",
    "about.fallback.flat-likelihood": "Oldindan berilgan: qiymatlar bir qonuniyatni boshqasidan "
    "ajratmaydi.",
    "about.fallback.no-stations": "Oldindan berilgan: birorta stansiyada qiymat boʻlmadi.",
    "about.fallback.equal-values": "Oldindan berilgan: barcha qiymatlar teng, qonuniyatni topib "
    "boʻlmaydi.",
    "about.fallback.other": "Stansiyalar qiymatlari boʻyicha topilmagan: {reason}.",
    "about.covariance": "Kovariatsiya: qiymatlar oʻxshashligi masofaga qanday bogʻliq",
    "about.parameter": "Parametr",
    "about.logarithm": "Dispersiyalar qiymatning logarifmiga tegishli, birligi yoʻq.",
    "about.sill": "Chegarasi (sill)",
    "about.sill_means": "silliq maydonning oʻrtacha atrofidagi dispersiyasi",
    "about.range": "Radiusi (range)",
    "about.range_means": "oʻxshashlik koʻlami; shunday uch masofadan narida stansiya "
    "deyarli hech narsa aytmaydi",
    "about.smooth": "Silliqroq qismi",
    "about.smooth_means": "chegaraning silliqroq oʻzgaradigan ulushi, radiusi oʻziniki",
    "about.smooth_range": "Silliqroq qism radiusi",
    "about.smooth_range_means": "uning oʻxshashlik koʻlami",
    "about.nugget": "Nugget effekti",
    "about.nugget_means": "har bir joyning doimiy ogʻishi dispersiyasi: togʻ jinsi, bino, "
    "asbob balandligi",
    "about.inflation": "Noaniqlikka tuzatish",
    "about.inflation_means": "oraliqlar bajarilishi uchun barcha standart ogʻishlar "
    "koʻpaytuvchisi; 1 – tuzatishsiz",
    "about.ratio": "Radiuslar nisbati",
    "about.ratio_means": "qiymatlar bir yoʻnalish boʻylab koʻndalangiga nisbatan necha marta "
    "uzoqqacha oʻxshash",
    "about.direction": "Katta radius yoʻnalishi",
    "about.direction_means": "shimoldan soat mili boʻyicha",
    "about.shares": "Joylarning ogʻishlari, dispersiyasi shunday normal taqsimotga nisbatan: "
    "{narrow} torroq, {alike} shunday, {wide} kengroq.",
    "about.report": "Qanchalik yaxshi: har bir stansiya qolganlari boʻyicha bashorat qilingan",
    "about.report_means": "Har bir stansiya bir marta chiqarib tashlanib, qolganlari boʻyicha "
    "bashorat qilinadi. Stansiyalar orasida xarita ham shuncha xato qilishi mumkin.",
    "about.no_report": "Bu sirt bilan hisobot saqlanmagan.",
    "about.scores": "Bashorat qilingan qiymatlarning xatolari",
    "about.score": "Koʻrsatkich",
    "about.n": "Chiqarib tashlangan stansiyalar",
    "about.n_means": "30 dan kam boʻlsa, oraliqlar haqida kam aytadi",
    "about.mean_error": "Oʻrtacha xato",
    "about.mean_error_means": "0 dan katta boʻlsa, xarita umuman oshiradi, "
    "kichik boʻlsa, kamaytiradi",
    "about.mae": "Oʻrtacha mutlaq xato (MAE)",
    "about.mae_means": "bashorat qilingan qiymat oʻrtacha qancha xato qiladi",
    "about.rmse": "Oʻrtacha kvadratik xato (RMSE)",
    "about.rmse_means": "xuddi shu, lekin katta xatolar koʻproq salmoqqa ega; bir necha stansiya "
    "yomon bashorat qilinsa, MAE dan ancha katta",
    "about.crps": "Ehtimollikning uzluksiz darajaviy bahosi (CRPS)",
    "about.crps_means": "bashorat qilingan taqsimotning umumiy xatosi, MAE bilan solishtirsa "
    "boʻladi; qancha kichik boʻlsa, shuncha yaxshi",
    "about.z_mean": "z-baholar oʻrtachasi",
    "about.z_mean_means": "ikki tomonga xatolar teng boʻlsa, 0 ga yaqin",
    "about.z_sd": "z-baholarning standart ogʻishi",
    "about.z_sd_means": "noaniqlik toʻgʻri koʻrsatilgan boʻlsa, 1 ga yaqin; 1 dan katta boʻlsa, "
    "xarita oʻziga ortiqcha ishonadi",
    "about.coverage": "Qamrov: oʻlchangan qiymat oraliqqa qanchalik tez-tez tushdi",
    "about.interval": "Oraliq",
    "about.claimed": "Vaʼda qilingan",
    "about.held": "Tushgan",
    "about.coverage_50": "Yarmi",
    "about.coverage_50_means": "har ikkinchi qiymat ichida boʻlishi kerak",
    "about.coverage_80": "Beshdan toʻrti",
    "about.coverage_80_means": "besh qiymatdan biri tashqarida boʻlishi mumkin",
    "about.coverage_90": "Oʻndan toʻqqizi",
    "about.coverage_90_means": "xarita bosilganda aytiladigan daraja; oʻn qiymatdan biri "
    "tashqarida boʻlishi mumkin",
    "about.coverage_95": "Yigirmadan oʻn toʻqqizi",
    "about.coverage_95_means": "yigirma qiymatdan biri tashqarida boʻlishi mumkin",
    "about.coverage_means": "Vaʼda qilinganidan kam tushsa, xarita oʻziga ortiqcha ishonadi. "
    "Koʻp tushsa, ortiqcha ehtiyotkor.",
    "about.dash": "Hech narsa maʼlum boʻlmagan joyda chiziqcha turadi.",
}
