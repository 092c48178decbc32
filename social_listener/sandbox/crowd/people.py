"""The invented customers: who they are, which language they write, how they take things, how far they are heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Temper = Literal["calm", "warm", "blunt", "furious", "wry", "anxious", "spammer"]


@dataclass(frozen=True, slots=True)
class Person:
    """One customer."""

    handle: str
    name: str
    lang: str
    temper: Temper
    followers: int
    bio: str = ""
    verified: bool = False
    open_dms: bool = True
    called: str = ""
    """What the brand calls them; the first name unless given."""


PEOPLE: tuple[Person, ...] = (
    Person("mara_lindt", "Mara Lindt", "en", "anxious", 412, "Nurse, night shifts, too much coffee."),
    Person("tobyquill", "Toby Quill", "en", "wry", 2_310, "Writes about trains. Drinks like one."),
    Person("jessa_ort", "Jessa Ort", "en", "warm", 187, "Two kids, one dog, no free hand."),
    Person("hal_brannock", "Hal Brannock", "en", "furious", 3, ""),
    Person("priyankarao_", "Priyanka Rao", "en", "calm", 5_420, "Product designer. Pour over on weekends."),
    Person("deedee_okafor", "Dee Okafor", "en", "blunt", 884, "Landlord of one very small café."),
    Person("lowell_finch", "Lowell Finch", "en", "calm", 96, "Retired. Still up at five."),
    Person(
        "kitchennotebook",
        "The Kitchen Notebook",
        "en",
        "calm",
        904_000,
        "Honest tests of kitchen things.",
        True,
        called="Kitchen Notebook",
    ),
    Person("samwise_kettle", "Sam Kettle", "en", "wry", 1_204, "Kettle is my real name."),
    Person("noor_haddad", "Noor Haddad", "en", "warm", 640, "Architect, Rotterdam and Beirut."),
    Person("greta_pym", "Greta Pym", "en", "anxious", 58, "New here.", open_dms=False),
    Person(
        "bigroasttheory",
        "Big Roast Theory",
        "en",
        "blunt",
        31_700,
        "Coffee podcast, every second Friday.",
        True,
        called="Big Roast team",
    ),
    Person("oli_marchetti", "Oli Marchetti", "en", "warm", 273, "Barista turned accountant."),
    Person("wrenfield_", "Wren Field", "en", "calm", 1_830, "Gardens, mostly."),
    Person("dontaskcarl", "Carl Abbott", "en", "furious", 219, "Opinions my own, sadly."),
    Person("tamsin_vale", "Tamsin Vale", "en", "blunt", 7_950, "Consumer columnist, weekend edition.", True),
    Person("ibrahim_sesay", "Ibrahim Sesay", "en", "calm", 345, "PhD student. Runs on espresso."),
    Person("lucy_inthe_sky", "Lucy Harrow", "en", "wry", 512, "Cabin crew. Home twice a month."),
    Person("pete_dunmore", "Pete Dunmore", "en", "furious", 77, "Plumber. I know a leak when I see one."),
    Person("anneke_w", "Anneke Willems", "en", "warm", 129, ""),
    Person("codeandcrema", "Code & Crema", "en", "wry", 12_400, "Compiles while it brews.", called="Code & Crema"),
    Person("marguerite_hs", "Marguerite Sloane", "en", "anxious", 24, "Grandmother of seven.", open_dms=False),
    Person("jonah_becker7", "Jonah Becker", "en", "blunt", 431, "Cyclist, coach, early bird."),
    Person("fionamcbride", "Fiona McBride", "en", "calm", 2_080, "Solicitor. Not your solicitor."),
    Person("leo_tran", "Leo Tran", "en", "warm", 998, "Pictures of latte art and my cat."),
    Person(
        "halfmoonbooks",
        "Half Moon Books",
        "en",
        "calm",
        6_310,
        "Independent bookshop with three tables.",
        called="Half Moon Books",
    ),
    Person("rashid_k", "Rashid Karim", "en", "blunt", 152, ""),
    Person("elspeth_grey", "Elspeth Grey", "en", "furious", 1_490, "Parish council, brass band."),
    Person("dan_the_van", "Dan Orchard", "en", "wry", 266, "Delivers things. On time."),
    Person("quietmornings", "Ida Holm", "en", "calm", 8_820, "Slow living, early light.", False, False),
    Person("grace_adeyemi", "Grace Adeyemi", "en", "warm", 733, "Choir director."),
    Person("mattbytes", "Matt Byrne", "en", "blunt", 3_940, "Site reliability. Yes, on call."),
    Person("crypto_luna_x", "LUNA gains", "en", "spammer", 41, "DM for signals"),
    Person("best_deals_4u", "Best Deals", "en", "spammer", 12, "Follow back"),
    Person("free_giftcards9", "Gift Cards Daily", "en", "spammer", 7, ""),
    Person("karla_thoms", "Karla Thoms", "de", "blunt", 318, "Lehrerin in Kassel."),
    Person("jens_uwe_b", "Jens-Uwe Brandt", "de", "furious", 91, "Handwerker. Klartext."),
    Person("hannahkocht", "Hannah kocht", "de", "warm", 15_600, "Rezepte für zwei.", True),
    Person("fabian_ruck", "Fabian Ruck", "de", "calm", 540, ""),
    Person("lisa_moser", "Lisa Moser", "de", "anxious", 67, "Wien.", open_dms=False),
    Person("camille_rey", "Camille Rey", "fr", "blunt", 1_120, "Lyon, vélo, café."),
    Person("bastien_lf", "Bastien Lefort", "fr", "furious", 204, ""),
    Person("odile_marin", "Odile Marin", "fr", "warm", 389, "Libraire."),
    Person("yanis_b", "Yanis Benali", "fr", "calm", 76, ""),
    Person("lucia_paredes", "Lucía Paredes", "es", "blunt", 2_750, "Periodista local."),
    Person("nacho_vidal_r", "Nacho Rivas", "es", "furious", 143, ""),
    Person("carmen_sol", "Carmen Solís", "es", "warm", 611, "Profe de primaria."),
    Person("mateo_qro", "Mateo Quiroga", "es", "calm", 88, "Querétaro."),
    Person("ines_carvalho", "Inês Carvalho", "pt", "blunt", 903, "Porto."),
    Person("thiago_mb", "Thiago Barros", "pt", "wry", 1_760, "Recife, café e futebol."),
    Person("rita_duarte", "Rita Duarte", "pt", "warm", 120, ""),
    Person("giulia_ferri", "Giulia Ferri", "it", "blunt", 1_340, "Torino. Caffè serio."),
    Person("paolo_conti7", "Paolo Conti", "it", "furious", 59, ""),
    Person("sandervdb", "Sander van den Berg", "nl", "blunt", 477, "Utrecht."),
    Person("marloes_k", "Marloes Kuiper", "nl", "warm", 215, "Fietst overal heen."),
    Person("haruka_mori", "森はるか", "ja", "calm", 3_280, "コーヒーと猫。", called="森"),
    Person("kenta_ishii", "石井健太", "ja", "anxious", 142, "", called="石井"),
    Person("yuki_asa", "朝ゆき", "ja", "warm", 960, "朝は深煎り派", called="朝"),
    Person("layla_mansour", "ليلى منصور", "ar", "blunt", 4_410, "قهوة وكتب."),
    Person("omar_saleh", "عمر صالح", "ar", "calm", 231, ""),
    Person("kasia_nowak", "Kasia Nowak", "pl", "blunt", 350, "Kraków."),
    Person("elif_demir", "Elif Demir", "tr", "warm", 1_015, "İzmir."),
)
