"""Uzbek: sheets of candidate sites, and sites side by side."""

TEXTS: dict[str, str] = {
    "site.title": "Maydon varaqasi",
    "site.compare": "Maydonlarni taqqoslash",
    "site.description": (
        "Yuklangan barcha qatlamlar boʻlajak maydonlar haqida nima deyishi; har bir "
        "mezonning manbai koʻrsatilgan."
    ),
    "site.notice": (
        "Xaritalar boʻyicha dastlabki saralash. U avval qayerga qarash kerakligini "
        "koʻrsatadi, hech narsaga ruxsat bermaydi va yoriqning faolligi haqida hukm "
        "chiqarmaydi."
    ),
    "site.private": (
        "Fayl oʻqiladi, javob beriladi va unutiladi. Havolada maydonlarning koordinatalari boʻladi."
    ),
    "site.upload": "Oʻz maydonlaringiz",
    "site.upload_help": (
        "GeoJSON, KML, KMZ, GPX, ZIP ichidagi sheyp-fayl, GeoPackage yoki CSV; koʻpi bilan "
        "{sites} ta maydon va {megabytes} MB."
    ),
    "site.file": "Maydonlar fayli",
    "site.crs": "Koordinatalar tizimi, agar faylda boʻlmasa",
    "site.places": (
        "Yoki yozing: uzunlik,kenglik,aniqligi metrda,nomi; keyingisi nuqtali verguldan keyin"
    ),
    "site.show": "Koʻrsatish",
    "site.preset": "Mezonlar",
    "site.preset.iaea-like": "MAGATE namunasida",
    "site.preset.or-sage-large": "OR-SAGE, katta reaktor",
    "site.preset.or-sage-small": "OR-SAGE, kichik reaktor",
    "site.preset.np-032": "NP-032 (Rossiya)",
    "site.power": "Issiqlik quvvati, MVt",
    "site.coordinates": "Uzunlik, kenglik",
    "site.accuracy": "Koordinatalar aniqligi",
    "site.accuracy_assumed": "± {value} m, qabul qilingan: faylda koʻrsatilmagan",
    "site.country": "Davlat",
    "site.no_country": "yoʻq: dengiz yoki mintaqadan tashqari",
    "site.elevation": "Balandligi",
    "site.border": "Quruqlikdagi chegara",
    "site.border_value": "{distance} km, yoʻnalishi {direction} ({pair}), ± {accuracy} km",
    "site.reactor": "Reaktori",
    "site.reactor.large": "{power} MVt issiqlik, katta",
    "site.reactor.small": "{power} MVt issiqlik, kichik",
    "site.coverage": "Mavjud maʼlumotlar",
    "site.coverage_value": "mezonlarning {share}, vaznning {weight} boʻyicha",
    "site.verdict": "Xulosa",
    "site.exclusion": "Istisno etish",
    "site.avoidance": "Chetlab oʻtish",
    "site.suitability": "Yaroqlilik",
    "site.excluded": "Istisno etildi: {rules}. Hech bir vazn buni qoplamaydi.",
    "site.not_excluded": "Maʼlum boʻlganlar boʻyicha istisno etadigan sabab yoʻq.",
    "site.avoided": "Chetlab oʻtgan maʼqul: {rules}.",
    "site.not_avoided": "Maʼlum boʻlganlar boʻyicha chetlab oʻtadigan sabab yoʻq.",
    "site.status": "Natija",
    "site.status.hit": "chegaradan tashqarida",
    "site.status.possible": "chegarada, balki undan tashqarida",
    "site.status.clear": "chegarada",
    "site.status.missing": "nomaʼlum",
    "site.unsure": "maʼlumotlar chegaraning ikki tomonida ham yotadi",
    "site.rule": "Mezon",
    "site.above": "{limit} dan yuqori",
    "site.below": "{limit} dan past",
    "site.value": "Qiymati",
    "site.limit": "Chegarasi",
    "site.source": "Manba",
    "site.check": "qoʻllashdan oldin tekshiring",
    "site.convention": "shu server tanlovi",
    "site.lifted": "olib tashlandi ({by}): {why}",
    "site.score": "Baho {score}, 90 % ehtimol bilan {low} va {high} orasida",
    "site.withheld": "Busiz baho berilmaydi: {names}.",
    "site.score_short": "Bahosi",
    "site.weight": "Vazni",
    "site.utility": "Foydaliligi",
    "site.hazard": "Seysmik xavf",
    "site.model": "Modeli",
    "site.years": "{years} yil",
    "site.sl2": "Boʻlajak SL-2 darajasi",
    "site.sl2_value": (
        "{value} g: {floor} g va 10 000 yildagi modellar oʻrtachasining ({mean} g) kattasi "
        "(modellar: {models}, {least} dan {most} g gacha)"
    ),
    "site.sl2_note": (
        "0,1 g quyi chegarasi MAGATE SSG-9 boʻyicha, xotiradan: qoʻllashdan oldin tekshiring."
    ),
    "site.no_hazard": "Bu joy uchun birorta xavf modeli yuklanmagan.",
    "site.spread": "Modellar {ratio} martagacha farq qiladi.",
    "site.only_demonstration": "Barcha modellar namoyish uchun: maydon haqida dalil emas.",
    "site.curve": "Takrorlanish davri (yil) boʻyicha eng katta tezlanish (g)",
    "site.ground": "Vs30, m/s",
    "site.hazard.official": "rasmiy xarita",
    "site.hazard.model": "modeli",
    "site.hazard.demonstration": "namoyish uchun",
    "site.envelope": "{envelope} g loyihasigacha zaxira: {margin}",
    "site.faults": "{reach} km ichidagi yer yoriqlari",
    "site.fault": "Yer yorigʻi",
    "site.unnamed": "nomsiz",
    "site.fold": "burma, yoriq emas",
    "site.length": "Uzunligi, km",
    "site.distance": "Masofasi, km",
    "site.direction": "Yoʻnalishi",
    "site.trace": "Chizigʻi, ± km",
    "site.slip": "Tezligi, mm/yil",
    "site.within5": "5 km ichida boʻlish ehtimoli",
    "site.consider": "Hisobga olinsin",
    "site.faults_note": (
        "Masofalar xaritadagi chiziqlargacha. “Hisobga olinsin” — uzunlik va masofa "
        "boʻyicha, 10 CFR 100, A ilova, xotiradan: qoʻllashdan oldin tekshiring."
    ),
    "site.no_faults": "{reach} km ichida yuklangan yer yorigʻi yoʻq.",
    "site.more": "Yana {count} ta.",
    "site.yes": "ha",
    "site.events": "{reach} km ichidagi zilzilalar, avval shu yerda eng kuchlilari",
    "site.date": "Sanasi",
    "site.event": "Joyi",
    "site.magnitude": "Magnitudasi",
    "site.depth": "Chuqurligi, km",
    "site.here": "Shu yerda, MSK-64",
    "site.events_note": (
        "{relation} boʻyicha baholangan, ± {sigma} ball (bitta standart ogʻish); kuzatilmagan."
    ),
    "site.recurrence": (
        "Gutenberg–Rixter b = {b} ± {b_sd}, toʻliq davrlardagi M {least} va undan kuchli "
        "{count} ta mustaqil hodisa boʻyicha; yiliga {rate}."
    ),
    "site.no_recurrence": "Qiyalik uchun toʻliq mustaqil hodisalar juda kam (mustaqili: {count}).",
    "site.history": "Yillar boʻyicha magnituda; pogʻonalar: katalog qaysi yildan toʻliq",
    "site.no_events": "{reach} km ichida yuklangan zilzila yoʻq.",
    "site.seismic_zone": "Seysmik zona",
    "site.people": "Aholi",
    "site.circle": "Doira",
    "site.by_state": "Davlatlar boʻyicha",
    "site.total": "Aholi soni",
    "site.elsewhere": "Maydon aniqlik doirasida boshqa joyda boʻlsa",
    "site.density": "km² ga odam",
    "site.people_raster": (
        "“{source}” qatlami katakchalaridan hisoblandi; doira chetidagi katakchaning "
        "ichki qismi hisobga olinadi."
    ),
    "site.people_unread": "“{source}” qatlamidan foydalanib boʻlmadi: {reason}",
    "site.people_note": (
        "Quyi baholar: {least} va undan koʻp aholili joylar sanalgan; kichiklari, ulardan "
        "tashqaridagi odamlar va aholisi nomaʼlum joylar ({unknown}) hisobga olinmagan."
    ),
    "site.town": "{people} va undan koʻp aholili eng yaqin shahar",
    "site.town_value": "{name} ({country}), {people}; {distance} km, yoʻnalishi {direction}",
    "site.zones": "Avariya zonalari va tarmoq",
    "site.zone": "Zonasi",
    "site.zone.paz": "PAZ, oldini olish choralari",
    "site.zone.upz": "UPZ, shoshilinch choralar",
    "site.zone.epd": "EPD, kengaytirilgan rejalashtirish",
    "site.zone.icpd": "ICPD, oziq-ovqat va tovarlar",
    "site.radius": "Radiusi, km",
    "site.stations": "Stansiyalar",
    "site.empty": "Stansiyasiz yoʻnalishlar",
    "site.all_directions": "hammasi (16)",
    "site.none": "yoʻq",
    "site.zones_note": (
        "{source} boʻyicha doiralar, xotiradan: qoʻllashdan oldin tekshiring. Haqiqiy "
        "zonalar yoʻllar, daryolar va chegaralar boʻylab boradi."
    ),
    "site.cross": "Boshqa davlatlar",
    "site.reached": "Unga yetadigan zonalar",
    "site.perhaps": "balki {zones}",
    "site.cross_note": (
        "Boshqa tomonga xabar berilsin (Espo): unga yetadigan zonalar, doiralardagi "
        "aholisi, shu varaqadagi xavf, stansiyalar va doza."
    ),
    "site.alone": "Hech bir zona boshqa davlatga yetmaydi.",
    "site.wind_to": "Shamol oʻsha tomonga esadi",
    "site.wind_value": (
        "{name}, {distance} km uzoqda, {period}: koʻpincha {sector} tomondan ({share}), "
        "shamolsiz {calm}"
    ),
    "site.wind_note": (
        "Yer yuzasidagi shamol maydondan {reach} km ichidagi davlatga esadigan vaqt ulushi; gul "
        "{within} km dan yaqin maydonlarga taalluqli va chiqindi tarqalishini koʻrsatmaydi."
    ),
    "site.basin_value": "{name}, {area} km²: {shares}",
    "site.basin_rest": "maʼlum davlatlardan tashqarida",
    "site.basin_note": "Umumiy havza suv qaysi tomonga oqishini aytmaydi.",
    "site.dose": "Bu yerdagi radiatsiya va muhit",
    "site.layer": "Qatlam",
    "site.time": "Soat (UTC)",
    "site.evidence": "Suv, relyef va boshqalar",
    "site.provenance": "Maʼlumotlarning kelib chiqishi",
    "site.version": "Versiyasi",
    "site.vintage": "Maʼlumotlar yili",
    "site.licence": "Litsenziyasi",
    "site.not_loaded": "Yuklanmagan: {names}.",
    "site.replay": (
        "Bir xil kirish bir xil sonlarni beradi. Kirish {inputs}, natija {results}, dastur "
        "{software}."
    ),
    "site.missing.not_loaded": "yuklanmagan",
    "site.missing.outside": "maʼlumotlardan tashqari",
    "site.missing.nothing_near": "yaqinda hech narsa",
    "site.missing.no_rose": "oʻqiladigan gul yoʻq",
    "site.missing.other_state": "boshqa davlat xaritasi",
    "site.missing.no_return_period": "bu davr uchun yoʻq",
    "site.missing.falling_curve": "kamroq takrorlanadigan tebranish u yerda kuchsizroq",
    "site.map": "Maydon, doiralar, yer yoriqlari, zilzilalar, chegaralar va stansiyalar",
    "site.rank": "Oʻrni",
    "site.first": "Birinchi oʻrin ehtimoli",
    "site.best": "eng yaxshi",
    "site.worst": "eng yomon",
    "site.order": "Tartib",
    "site.ranks": "90 % oʻrinlar",
    "site.chance_of_ranks": "Har bir oʻrin ehtimoli, %",
    "site.order_note": (
        "Istisno etilgan va bahosiz maydonlarning oʻrni yoʻq. Baho ostida: u 90 % ehtimol "
        "bilan yotadigan chegaralar. Mavjud maʼlumotlar ostida: ularning vazndagi ulushi."
    ),
    "site.inputs": "Kirish maʼlumotlari xeshi",
    "site.sites": "Maydonlar",
    "site.weights": "Vaznlar",
    "site.weights_note": (
        "Vaznlarni odamlar tanlaydi. Birinchi oʻrin ehtimoli: vaznlar taxminan 30 % "
        "oʻzgaradi, maʼlumotlar noaniqlik doirasida, nomaʼlumi — eng yomondan eng "
        "yaxshigacha."
    ),
    "site.reset": "Mezonlardagidek",
    "site.flips": "Tartib oʻzgaradigan joylar",
    "site.flip": (
        "“{evidence}” vazni {now} dan {then} ga oʻzgarganda, {from_site} birinchi oʻrinni "
        "{to_site} ga beradi."
    ),
    "site.no_flip": "Hech bir mezonning vazni birinchi oʻrinni oʻzgartirmaydi.",
    "site.ahp": "Juftlab taqqoslash orqali vaznlar (AHP)",
    "site.ahp_help": "Satr ustundan necha marta muhimroq? 1/9 dan 9 gacha.",
    "site.ratio": "Muvofiqlik nisbati {ratio}",
    "site.inconsistent": "0,1 dan yuqori: taqqoslashlar bir-biriga zid",
    "site.apply": "Shu vaznlarni olish",
    "site.plot": "Mezonlar boʻyicha foydalilik; istisno etilganlar uzuq chiziq bilan",
    "site.share": "Shu holatga havola",
    "site.same_place": "Farqlab boʻlmaydi, koordinatalari bir xil: {names}.",
    "site.sheet": "Varaqa",
    "site.excluded_short": "istisno etilgan",
    "site.unranked": "bahosiz",
    "site.print": "Chop etish",
    "site.site": "Maydoni",
    "site.one_site": "Bitta maydon oʻqildi; ikkita va undan koʻpini taqqoslash mumkin.",
    "site.evidence.pga_475": "Tezlanish, 475 yil",
    "site.evidence.pga_975": "Tezlanish, 975 yil",
    "site.evidence.pga_2475": "Tezlanish, 2475 yil",
    "site.evidence.pga_10000": "Tezlanish, 10 000 yil",
    "site.evidence.sl2": "SL-2 tezlanishi",
    "site.evidence.msk_sl2": "Intensivlik, 10 000 yil",
    "site.evidence.msk_zone": "Zona intensivligi",
    "site.evidence.historic_msk": "Oʻtmishdagi eng kuchli silkinish",
    "site.evidence.fault_distance": "Xaritadagi eng yaqin yer yorigʻi",
    "site.evidence.fault_margin": "Yoriq hisobga olinadigan masofadan ortigʻi",
    "site.evidence.density_16km": "16 km ichida km² ga odam",
    "site.evidence.density_25km": "25 km ichida km² ga odam",
    "site.evidence.density_30km": "30 km ichida km² ga odam",
    "site.evidence.density_32km": "32 km ichida km² ga odam",
    "site.evidence.town_25000_distance": "25 000 aholili shahar",
    "site.evidence.town_100000_distance": "100 000 aholili shahar",
    "site.evidence.border_distance": "Quruqlikdagi chegara",
    "site.evidence.open_water": "Ochiq suvda",
    "site.evidence.water_distance": "Daryo yoki koʻl",
    "site.evidence.airport_distance": "Aeroport",
    "site.evidence.hazard_facility_distance": "Xavfli obyekt",
    "site.evidence.protected_distance": "Muhofaza etiladigan hudud",
    "site.evidence.flood_zone": "Suv bosadigan hudud",
    "site.evidence.slope": "Qiyalik",
    "site.evidence.elevation": "Balandlik",
    "site.evidence.empty_sectors_epd": "Stansiyasiz yoʻnalishlar (EPD)",
    "site.evidence.wind_rose": "Shamol guli",
    "site.evidence.water_basin": "Suv havzalari",
    "site.country.AF": "Afgʻoniston",
    "site.country.AM": "Armaniston",
    "site.country.AZ": "Ozarbayjon",
    "site.country.CN": "Xitoy",
    "site.country.GE": "Gruziya",
    "site.country.IN": "Hindiston",
    "site.country.IQ": "Iroq",
    "site.country.IR": "Eron",
    "site.country.KG": "Qirgʻiziston",
    "site.country.KZ": "Qozogʻiston",
    "site.country.MN": "Mongoliya",
    "site.country.PK": "Pokiston",
    "site.country.RU": "Rossiya",
    "site.country.SY": "Suriya",
    "site.country.TJ": "Tojikiston",
    "site.country.TM": "Turkmaniston",
    "site.country.TR": "Turkiya",
    "site.country.UZ": "Oʻzbekiston",
    "site.directions": (
        "Sh|ShShSh|ShSh|ShqShSh|Shq|ShqJSh|JSh|JJSh|J|JJGʻ|JGʻ|GʻJGʻ|Gʻ|GʻShGʻ|ShGʻ|ShShGʻ"
    ),
}
