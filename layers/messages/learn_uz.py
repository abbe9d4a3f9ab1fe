"""Uzbek: pages for people who want to understand."""

TEXTS: dict[str, str] = {
    "learn.meaning": "Bu son nimani bildiradi?",
    "learn.words": "Shu xaritaning soʻzlari",
    "learn.draft": "Bu matnni til sohibi hali oʻqimagan. Belgilangan soʻzlar: *.",
    "learn.lead": (
        "Xarita ochiq havodagi nurlanish qanchaligini soatma-soat koʻrsatadi. Uning oz miqdori "
        "hamisha va hamma joyda bor. Son nimani bildirishini shu yerda bilib olish mumkin."
    ),
    "learn.ask": "Xaritadagi yoki oʻz asbobingizdagi son",
    "learn.value": "Son",
    "learn.unit": "Oʻlchov birligi",
    "learn.show": "Tushuntirish",
    "learn.not_a_number": "Bu sonni oʻqib boʻlmadi. Masalan, shunday yozing: 0,12.",
    "learn.class": "{value}: {words}.",
    "learn.same": "Boshqa birliklarda: {values}.",
    "learn.year": (
        "U yerda ochiq osmon ostida butun bir yil turgan odam taxminan {dose} olgan boʻlardi. "
        "Barcha tabiiy manbalardan odam dunyo boʻyicha yiliga oʻrtacha 2,4 mZv oladi (UNSCEAR, "
        "2008)."
    ),
    "learn.flight": (
        "Taqqoslash uchun: parvoz balandligidagi yoʻlovchi samolyotida taxminan {low} dan {high} "
        "gacha (UNSCEAR, 2000)."
    ),
    "learn.check": (
        "Bitta yuqori son hali hech narsani isbotlamaydi: asboblar adashadi. Atrofdagi "
        "stansiyalarga va hokimiyat organlari xabarlariga qarang."
    ),
    "learn.what": "Nima oʻlchanadi?",
    "learn.what.text": (
        "Yerdan bir metr balandlikda ochiq havodagi gamma-nurlanish kuchi. U togʻ jinslari va "
        "tuproqdan hamda koinotdan keladi. Har bir son – bir soatning oʻrtachasi."
    ),
    "learn.differs": "Nega u hamma joyda bir xil emas?",
    "learn.differs.text": (
        "Granitda tabiiy uran va toriy qumdagidan koʻp, togʻda esa koinot nurlarini toʻsadigan "
        "havo kamroq. Shuning uchun bir joydagi 0,20 boshqa joydagi 0,08 kabi odatiy boʻlishi "
        "mumkin."
    ),
    "learn.rain": "Nega yomgʻirda koʻtariladi?",
    "learn.rain.text": (
        "Yomgʻir va qor tabiiy radon gazi havoda qoldirgan moddalarni yerga tushiradi. Qiymat "
        "bir yarim baravar koʻtarilib, bir necha soatdan keyin odatdagi darajasiga qaytishi "
        "mumkin. Bu avariya emas."
    ),
    "learn.raised": "Qiymat qachon oshgan deyiladi?",
    "learn.raised.text": (
        "{limit} dan boshlab u deyarli hamma joyda tabiat bilan tushuntiriladiganidan yuqori, "
        "{alarm} dan boshlab esa ogohlantirish hisoblanadi. Oshgan qiymat darhol, boshqa "
        "shakldagi belgi bilan koʻrsatiladi va keyin tekshiriladi: avval koʻrinadi, keyin "
        "tushuntiriladi."
    ),
    "learn.between": "Stansiyalar orasida-chi?",
    "learn.between.text": (
        "U yerdagi rang – atrofdagi stansiyalar boʻyicha baho. Ular juda uzoq boʻlsa, xarita "
        "shtrixlanadi: u yerda tarmoq bila olmaydi va buni aytadi. Rang yoʻqligi nurlanish yoʻq "
        "degani emas."
    ),
    "learn.relative": "Odatdagiga nisbatan-chi?",
    "learn.relative.text": (
        "Xarita joyning oʻz odatdagi darajasidan necha baravarligini ham koʻrsata oladi: u — har "
        "bir stansiyaning soʻnggi 30 kundagi oʻrta qiymati. ×1 — oʻsha yerdagidek odatdagi, ×1,3 "
        "— oʻndan uchga koʻp. Joylarni farqlaydigan togʻ jinsi va balandlik chiqib ketadi; "
        "yomgʻir va chiqindi qoladi. Olti kun toʻplanguncha hech narsa koʻrsatilmaydi."
    ),
    "learn.gap": "Nega stansiyada son yoʻq?",
    "learn.gap.text": (
        "U shu soat uchun maʼlumot bermagan: aloqa uzilgan yoki asbob buzilgan. Biz bunday "
        "boʻshliqni eski yoki taxminiy son bilan hech qachon toʻldirmaymiz."
    ),
    "learn.do": "Men nima qilishim kerak?",
    "learn.do.text": (
        "Xarita xabar beradi, buyruq bermaydi. Favqulodda vaziyatda oʻz mamlakatingiz hokimiyat "
        "organlari koʻrsatmalariga amal qiling: ular bu xaritadagidan koʻproq narsani biladi."
    ),
    "learn.term.dose_rate": "Doza quvvati",
    "learn.term.dose_rate.text": "Muayyan joyda bir soatda qancha nurlanish taʼsir qilishi.",
    "learn.term.h10": "Atrof-muhit doza ekvivalenti, H*(10)",
    "learn.term.h10.text": (
        "Ochiq havodagi asboblar koʻrsatadigan kelishilgan kattalik. Bu – oʻsha joydagi odam "
        "oladigan dozaning ehtiyotkorlik bilan olingan yuqori bahosi."
    ),
    "learn.term.sievert": "Soatiga mikrozivert, mkZv/soat",
    "learn.term.sievert.text": "Doza quvvati birligi. 1 mkZv/soat – 1000 nZv/soat (nanozivert).",
    "learn.term.roentgen": "Soatiga mikrorentgen, mkR/soat",
    "learn.term.roentgen.text": (
        "Koʻp maishiy asboblardagi eski birlik. Bu xaritada 100 mkR/soat 1 mkZv/soat deb "
        "hisoblanadi."
    ),
    "learn.term.background": "Tabiiy fon",
    "learn.term.background.text": (
        "Togʻ jinslari, tuproq va koinotning hamisha boʻladigan nurlanishi."
    ),
    "learn.term.usual": "Joy uchun odatdagi",
    "learn.term.usual.text": (
        "Stansiyaning oʻzining soʻnggi 30 kundagi oʻrta qiymati: soatlarning yarmi undan past "
        "boʻlgan. ×2 — undan ikki baravar."
    ),
    "learn.term.radon": "Radon",
    "learn.term.radon.text": (
        "Yerdan chiqadigan tabiiy radioaktiv gaz. Yomgʻir uning parchalanish mahsulotlarini "
        "havodan yuvib tushiradi."
    ),
    "learn.term.station": "Stansiya",
    "learn.term.station.text": "Doimiy joyda turib, har soatda maʼlumot beradigan asbob.",
    "learn.term.alarm": "Ogohlantirish darajasi",
    "learn.term.alarm.text": (
        "Bitta stansiyaning oʻzi darhol qarashga sabab boʻladigan qiymat. Bu xavf chegarasi emas."
    ),
    "learn.term.surface": "Sirt",
    "learn.term.surface.text": (
        "Rangli hudud: stansiyalar orasidagi qiymatlar, oʻlchanmagan, ular boʻyicha hisoblangan."
    ),
    "learn.term.interval": "90 % oraliq",
    "learn.term.interval.text": (
        "Bunday yuzta tasdiqdan toʻqsonga yaqini toʻgʻri. Keng oraliq: bu yerda biz kam bilamiz "
        "degani."
    ),
    "learn.term.unknown": "Shtrixlangan hudud",
    "learn.term.unknown.text": "Barcha stansiyalardan juda uzoq: tarmoq bila olmaydi.",
    "learn.term.checked": "Tekshirilgan, tasdiqlangan",
    "learn.term.checked.text": (
        "Har bir qiymatni kelganda dastur, keyinroq odamlar koʻradi. Hech bir qiymat oʻchirilmaydi."
    ),
    "learn.term.simulated": "Modellashtirilgan",
    "learn.term.simulated.text": (
        "Namoyish uchun hisoblangan, oʻlchanmagan. Bunday qiymat turgan har joyda bu aytiladi."
    ),
    "learn.term.msk": "Seysmik zona, MSK-64",
    "learn.term.msk.text": (
        "U yerda qanday kuchli silkinish kutilishi, I dan XII gacha ballarda. VII balldan "
        "boshlab uylar shikastlanishi mumkin."
    ),
    "learn.term.magnitude": "Magnituda",
    "learn.term.magnitude.text": (
        "Zilzilaning oʻchogʻidagi kattaligi: qayerda boʻlsangiz ham, bir zilzilaga bitta son."
    ),
    "learn.term.pm": "PM2.5",
    "learn.term.pm.text": (
        "Millimetrning mingdan 2,5 ulushidan mayda, oʻpkaga chuqur kiradigan chang."
    ),
    "learn.unit.uR/h": "mkR/soat",
    "learn.unit.mSv": "mZv",
}
