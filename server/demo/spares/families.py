"""What the stores of bottling plants keep, by categories; sizes of a kind are a family.

Families, one a line: key | name | sizes | maker | price of the first and of the last | unit:decimals | criticality | minimum | classes.
A size with `!` is no longer kept. Sizes that are models of a class fit those machines; others fit whichever machine was built with them.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Family:
    """`classes`: the machines that it fits; none for what every workshop uses."""

    key: str
    prefix: str
    category: str
    name: str
    sizes: tuple[str, ...]
    maker: str
    prices: tuple[float, float]
    unit: str
    decimals: int
    criticality: str
    minimum: Decimal
    classes: tuple[str, ...]


CATEGORIES = {
    "ROU": ("Roulements et paliers", "Roulements, galets, paliers complets."),
    "JOI": ("Joints et garnitures", "Étanchéité : toriques, à lèvre, plats, garnitures mécaniques."),
    "COU": ("Courroies et chaînes", "Transmission et convoyage, au mètre ou à la pièce."),
    "CAP": ("Capteurs et cellules", "Détection, mesure, sécurité des accès."),
    "PNE": ("Pneumatique et vide", "Vérins, distributeurs, raccords, ventouses."),
    "VAN": ("Vannes et robinetterie", "Vannes, clapets, soupapes, électrovannes."),
    "FIL": ("Filtration", "Filtres, cartouches, tamis."),
    "MOT": ("Moteurs et entraînements", "Moteurs, réducteurs, variateurs, roues de pompe."),
    "ELE": ("Électricité et automatismes", "Appareillage, cartes, câbles, éclairage."),
    "HUI": ("Huiles et graisses", "Lubrifiants, au litre ou au kilo."),
    "CHI": ("Produits et consommables", "Nettoyage, colles, fluides."),
    "PUS": ("Pièces d’usure machine", "Pièces propres à une machine."),
    "VIS": ("Visserie et fixation", "Vis, écrous, circlips, clavettes."),
}
TABLE = """
# ROU
billes 60|Roulement à billes {} 2RS|6000;6001;6002;6003;6004;6007;6008;6009;6010;6012|Rolvex|3.1 26|:0|medium|4|CONV ENCA ETIQ
billes 62|Roulement à billes {} 2RS C3|6200;6201;6202;6203;6204;6207;6208;6209;6210;6212|Rolvex|3.6 38|:0|medium|4|CONV POMP
billes 63|Roulement à billes {} C3|6302;6303;6304;6306;6309;6310;6311;6312|Rolvex|6.4 64|:0|high|2|COMP POMP
6305|Roulement 6305||Rolvex|9.8 9.8|:0|high|4|PAST
coniques|Roulement à rouleaux coniques {}|30203;30204;30205;30208;32006;32008|Rolvex|11 44|:0|medium|2|PALE LAVE
aiguilles|Douille à aiguilles HK {}|0810;1010;1212;1616;2016;2520|Nadelis|2.1 8.6|:0|low|4|
semelle|Palier à semelle UCP {}|204;205;206;207;208;209;210|Nadelis|14 52|:0|medium|2|CONV BOUC
applique|Palier applique UCFL {}|204;205;206;207;208|Nadelis|13 34|:0|medium|2|BOUC
came|Galet de came {}|Blow 10;Blow 14 Evo;SB-8|Nadelis|58 74|:0|high|3|SOUF
orientation|Roulement de galet {}|Fill 48;Fill 72 V;RV-60|Nadelis|22 31|:0|high|4|REMP
axiales|Butée à billes {}|51104;51105;51108;51110|Rolvex|7.5 25|:0|low|0|
# JOI
levre|Joint à lèvre {} NBR|15×30×7;17×30×7;20×35×7;20×40×10;35×52×7;40×55×8;45×62×8;50×72×8|Étanchia|2.2 11|:0|low|4|
toriques|Joint torique {} FKM|10×2;12×2;14×2;16×2;18×2,5;40×3,5;45×3,5;50×4;60×4;70×5|Étanchia|0.42 4.8|:0|low|20|
verin|Joint vérin Ø{}|32;40;50;80;100|Étanchia|8.5 29|:0|medium|2|ENCA
verin 63|Joint vérin Ø63||Étanchia|18.4 18.4|:0|high|2|PALE
garniture|Garniture mécanique Ø{}|16;18;20;22;24;28;32;35;40|Étanchia|46 168|:0|high|2|POMP PAST
tuyere|Joint de tuyère {}|Blow 10;Blow 14 Evo;SB-8|Kordia|3.9 5.2|:0|high|12|SOUF
bec|Jeu de joints de bec {}|Fill 48;Fill 72 V;RV-60|Odival|185 260|:0|critical|1|REMP
trappe|Joint de trappe {}|VS-4;VS-6;Therma 5|Étanchia|24 36|:0|medium|2|CHAU
trappe bac|Joint de trappe de bac {}|LB-30;Lavo 18|Étanchia|39 43|:0|medium|1|LAVE
carter|Joint de carter {}|GA55;GA75;VX-90|Airgonne|16 27|:0|medium|1|COMP
presse|Garniture de vanne vapeur DN {}|25;40;50|Vaporelle|31 58|:0|high|1|CHAU
frigo|Joint de vanne frigorifique {}|CW-200;CW-350;Glace 2|Frigelis|12 19|:0|high|1|FROI
clamp|Joint clamp EPDM DN {}|25;38;51;63;76;101|Étanchia|0.9 3.4|:0|low|10|
plats|Joint plat fibre {}|1/4″;3/8″;1/2″;3/4″;1″;1″1/4;1″1/2;2″|Étanchia|0.18 1.3|:0|low|20|
# COU
at10|Courroie crantée AT10 {}|560;610;660;700;780;840;920;1010|Transkor|28 61|:0|high|1|ETIQ
axe|Courroie d’axe {}|R-160;R-210;Arm 6|Sirelec|94 142|:0|high|1|ROBO
spa|Courroie trapézoïdale SPA {}|1000;1120;1250;1400;1600;1800;2000|Transkor|9.4 19|:0|medium|2|
spz|Courroie trapézoïdale SPZ {}|630;710;800;1120;1250|Transkor|6.1 11|:0|medium|2|
rouleaux|Chaîne à rouleaux {}|08B-1;10B-1;12B-1;16B-1;08B-2|Transkor|11 47|m:2|medium|5|
attache|Attache rapide chaîne {}|08B;10B;12B;16B|Transkor|0.9 3.2|:0|medium|6|PALE
palettes|Chaîne à palettes {}|82,5 mm inox;114 mm inox;190 mm inox;82,5 mm acétal;114 mm acétal|Brevon|38 96|m:2|medium|6|
maillon|Maillon de chaîne à palettes {}|RM 200;RM 320;Trans-4|Brevon|4.6 7.9|:0|medium|10|CONV
tasseaux|Bande à tasseaux {}|CA8;CA12;Cap 15|Galdaro|210 265|:0|medium|1|BOUC
bande|Bande transporteuse PVC {}|300 mm;400 mm;500 mm;650 mm|Transkor|34 71|m:2|low|4|
pignon|Pignon tendeur {}|P30;P45;PL-2|Normapak|41 68|:0|medium|1|PALE
flector|Élément d’accouplement {}|19/24;24/32;28/38;38/45;42/55|Transkor|6.5 24|:0|medium|1|
poulie|Poulie crantée AT10 {}|Z16;Z20;Z24;Z32|Transkor|19 46|:0|low|0|
# CAP
inductif|Capteur inductif {}|M8 PNP NO;M8 PNP NF;M12 PNP NO;M12 PNP NF;M18 PNP NO;M18 PNP NF;M30 PNP NO|Detekta|34 71|:0|medium|2|SOUF
cellule|Cellule photoélectrique {}|reflex 2 m;reflex 4 m;reflex polarisée;barrage 10 m;proximité 300 mm;proximité 600 mm|Detekta|58 124|:0|medium|2|CONV BOUC
photocellule|Photocellule {}|EC-20;EC-35;Pack 6|Detekta|72 88|:0|medium|2|ENCA
repere|Cellule de repère {}|Solo 20;Duo 30;ET-M2|Detekta|146 198|:0|high|1|ETIQ
reflecteur|Réflecteur {}|Ø25;Ø46;Ø84;80×80|Detekta|4.2 11|:0|low|3|
niveau|Capteur niveau {}|Fill 48;Fill 72 V;RV-60|Mesuris|128 176|:0|high|1|REMP
sonde niveau|Sonde de niveau {}|VS-4;VS-6;Therma 5|Mesuris|92 134|:0|critical|1|CHAU
sonde cuve|Sonde de niveau cuve {}|Fill 48;Fill 72 V;RV-60|Mesuris|143 187|:0|high|1|REMP
pt100|Sonde PT100 {}|50 mm;100 mm;150 mm;200 mm;de contact|Mesuris|27 58|:0|high|2|PAST
pression|Capteur pression {}|0–10 bar;0–16 bar;0–25 bar;0–40 bar|Mesuris|89 138|:0|medium|1|COMP
course|Capteur fin de course {}|à galet;à tige;à poussoir;magnétique|Detekta|23 47|:0|medium|3|PALE
conductivite|Sonde conductivité {}|LB-30;Lavo 18|Mesuris|312 338|:0|high|1|LAVE
vacuostat|Vacuostat {}|R-160;R-210;Arm 6|Detekta|96 128|:0|medium|1|ROBO
debit|Débitmètre {}|DN 50;DN 65;DN 80|Mesuris|640 910|:0|medium|0|FROI
codeur|Codeur incrémental {}|1024 pts;2048 pts;4096 pts;!500 pts|Detekta|188 246|:0|medium|0|
porte|Contact de porte {}|Blow 10;Blow 14 Evo;SB-8|Detekta|64 82|:0|high|1|SOUF
electrode|Électrode d’allumage {}|VS-4;VS-6;Therma 5|Vaporelle|28 42|:0|critical|2|CHAU
flamme|Cellule de flamme {}|UV;IR|Vaporelle|164 192|:0|critical|1|CHAU
manometre|Manomètre {}|0–6 bar;0–10 bar;0–16 bar;0–60 bar|Mesuris|18 41|:0|low|1|
# PNE
iso|Vérin ISO Ø{}|32×50;32×100;40×50;40×100;63×100;63×200;80×200|Pneulis|48 162|:0|medium|0|
distributeur|Distributeur 5/2 {}|G1/8;G1/4;G3/8;NAMUR;îlot 4 voies|Pneulis|52 118|:0|medium|1|
frl|Filtre régulateur {}|G1/4;G3/8;G1/2;G3/4|Pneulis|44 96|:0|low|0|
tube|Tube polyuréthane Ø{}|4;6;8;10;12|Pneulis|0.6 2.4|m:1|low|25|
raccord|Raccord instantané {}|droit 4;droit 6;droit 8;droit 10;coude 6;coude 8;té 6;té 8|Pneulis|1.2 4.9|:0|low|10|
silencieux|Silencieux {}|G1/8;G1/4;G3/8;G1/2|Pneulis|1.9 6.4|:0|low|3|
ventouse 40|Ventouse Ø40||Pneulis|6.8 6.8|:0|medium|12|ENCA
ventouse 60|Ventouse Ø60||Pneulis|9.4 9.4|:0|medium|8|ROBO
ventouses|Ventouse Ø{}|20;30;50;80|Pneulis|4.1 13|:0|low|4|
tulipe|Tulipe de préhension {}|EC-20;EC-35;Pack 6|Normapak|11 15|:0|medium|12|ENCA
venturi|Éjecteur à vide {}|10;15;25|Pneulis|86 134|:0|medium|0|
vide|Filtre à vide {}|G1/4;G3/8|Pneulis|17 24|:0|low|1|
haute pression|Raccord haute pression 40 bar {}|G1/2;G3/4;G1|Pneulis|27 49|:0|high|2|SOUF
# VAN
papillon|Vanne papillon inox DN {}|25;38;51;63;76;101|Inoval|96 238|:0|medium|0|
bille|Robinet à boisseau {}|1/4″;3/8″;1/2″;3/4″;1″;2″|Inoval|12 74|:0|low|1|
clapet|Clapet de vanne {}|Fill 48;Fill 72 V;RV-60|Odival|134 188|:0|high|1|REMP
thermo|Vanne thermostatique {}|GA55;GA75;VX-90|Airgonne|118 156|:0|high|1|COMP
aspiration|Clapet d’aspiration {}|GA55;GA75;VX-90|Airgonne|244 318|:0|high|0|COMP
electrovanne|Électrovanne 24 V {}|1/8″;1/4″;3/8″;1/2″;3/4″;1″|Inoval|38 112|:0|medium|1|
servo|Servomoteur de vanne {}|TP-12;Therm 20|Sorvelec|428 465|:0|high|0|PAST
vidange|Vanne de vidange {}|LB-30;Lavo 18|Bressolac|164 178|:0|medium|1|LAVE
soupape|Soupape de sûreté {}|8 bar;10 bar;12 bar;15 bar|Vaporelle|142 224|:0|critical|0|
purgeur|Purgeur de condensats {}|G1/2;G3/4;à flotteur|Vaporelle|58 97|:0|low|1|
retenue|Clapet anti-retour {}|1/2″;3/4″;1″;1″1/2;2″|Inoval|14 49|:0|low|0|
# FIL
huile|Filtre à huile {}|GA55;GA75;VX-90|Airgonne|32 44|:0|high|2|COMP
air|Filtre à air {}|GA55;GA75;VX-90|Airgonne|48 69|:0|high|2|COMP
element|Élément filtrant de réseau {}|GA55;GA75;VX-90|Airgonne|74 112|:0|medium|1|COMP
separateur|Séparateur air-huile {}|GA55;GA75;VX-90|Airgonne|168 236|:0|high|0|COMP
ventilation|Filtre ventilation {}|Blow 10;Blow 14 Evo;SB-8|Filtrane|19 26|:0|low|2|SOUF
fioul|Filtre fioul {}|VS-4;VS-6;Therma 5|Filtrane|14 21|:0|medium|2|CHAU
deshydrateur|Filtre déshydrateur {}|CW-200;CW-350;Glace 2|Frigelis|42 63|:0|medium|1|FROI
cartouche|Cartouche filtrante {}|1 µm;5 µm;10 µm;25 µm|Filtrane|8.8 14|:0|medium|6|
armoire|Mousse filtrante d’armoire {}|120×120;150×150;250×250|Filtrane|2.4 7.2|:0|low|4|
tamis|Tamis inox {}|0,5 mm;1 mm;2 mm|Filtrane|54 61|:0|low|0|
# MOT
moteur|Moteur asynchrone {}|0,25 kW;0,37 kW;0,55 kW;0,75 kW;2,2 kW;3 kW;4 kW;7,5 kW|Motelec|118 612|:0|high|0|
motoreducteur|Motoréducteur {}|RM 200;RM 320;Trans-4|Motelec|486 655|:0|high|0|CONV
frein|Frein moteur {}|P30;P45;PL-2|Motelec|214 266|:0|high|0|PALE
condenseur|Moteur de ventilateur {}|CW-200;CW-350;Glace 2|Motelec|368 442|:0|high|0|FROI
roue|Roue de pompe {}|NB 50;NB 80;Cen-65|Hydrelle|136 214|:0|medium|0|POMP
variateur|Variateur de vitesse {}|0,75 kW;1,5 kW;2,2 kW;7,5 kW;11 kW;!0,37 kW|Sirelec|196 742|:0|high|0|
ventilateur|Ventilateur de variateur {}|Fill 48;Fill 72 V;RV-60|Sirelec|38 47|:0|medium|1|REMP
helice|Hélice de ventilation moteur {}|Ø11;Ø14;Ø19;Ø24|Motelec|7.5 16|:0|low|0|
balais|Jeu de balais {}|6,3 mm;8 mm;10 mm;!12,5 mm|Motelec|9 14|:0|low|0|
# ELE
contacteur|Contacteur {}|9 A;12 A;18 A;25 A;32 A;40 A;65 A|Sirelec|24 132|:0|high|1|COMP POMP
thermique|Relais thermique {}|1–1,6 A;1,6–2,5 A;7–10 A;12–18 A|Sirelec|29 48|:0|medium|0|
disjoncteur|Disjoncteur moteur {}|1–1,6 A;1,6–2,5 A;2,5–4 A;9–14 A;13–18 A|Sirelec|41 76|:0|medium|1|
securite|Relais de sécurité {}|P30;P45;PL-2|Sirelec|146 182|:0|high|1|PALE
fusible|Fusible 10×38 {}|1 A;2 A;4 A;16 A;20 A;25 A|Sirelec|0.7 1.2|:0|low|10|
alimentation|Alimentation 24 V {}|2,5 A;5 A;10 A|Sirelec|58 124|:0|medium|1|
carte|Carte entrées {}|Solo 20;Duo 30;ET-M2|Sirelec|268 344|:0|high|0|ETIQ
urgence|Bouton d’arrêt d’urgence {}|Ø22 tournant;Ø22 à clé|Sirelec|21 34|:0|high|2|
voyant|Voyant LED Ø22 {}|blanc;rouge;orange;vert|Sirelec|7.8 7.8|:0|low|3|
cable|Câble M12 {}|4 pts 2 m;4 pts 5 m;4 pts 10 m;5 pts 5 m;8 pts 5 m|Detekta|9.6 28|:0|medium|3|
fil|Câble souple {}|0,75 mm²;1,5 mm²;2,5 mm²;6 mm²|Sirelec|0.3 1.6|m:1|low|30|
pile|Pile codeur {}|R-160;R-210;Arm 6|Sirelec|18 24|:0|critical|8|ROBO
lampe|Lampe infrarouge 2 kW {}|Blow 10;Blow 14 Evo;SB-8|Kordia|31 38|:0|high|12|SOUF
tube led|Tube LED {}|600 mm;1200 mm;1500 mm|Sirelec|6.9 12|:0|low|4|
# HUI
gr-ht|Graisse haute température||Lubriane|26.5 26.5|kg:2|medium|2|SOUF
gr-al|Graisse alimentaire||Lubriane|31.2 31.2|kg:2|high|3|REMP BOUC
gr-un|Graisse universelle||Lubriane|9.8 9.8|kg:2|medium|2|ETIQ
gr-po|Graisse polyurée||Lubriane|22.4 22.4|kg:2|medium|2|POMP
gr-re|Graisse réducteur||Lubriane|28.9 28.9|kg:2|medium|1|ROBO
h-ch|Huile chaîne||Lubriane|8.4 8.4|L:1|medium|20|PALE LAVE
h-vdl|Huile compresseur VDL 46||Lubriane|11.6 11.6|L:1|high|40|COMP
huiles|Huile {}|hydraulique HV 46;réducteur CLP 220;réducteur CLP 460;frigorifique POE 68;blanche alimentaire 68|Lubriane|5.2 24|L:1|medium|10|
aerosols|Aérosol {}|dégrippant;lubrifiant PTFE;nettoyant contact;huile de coupe|Lubriane|6.4 12|:0|low|6|
# CHI
mousse|Mousse alcaline||Hygialis|3.9 3.9|L:1|medium|20|REMP
detartrant|Détartrant acide||Hygialis|2.8 2.8|L:1|medium|120|LAVE
frigorigene|Fluide frigorigène R513A||Frigelis|68 68|kg:2|high|10|FROI
colle|Colle thermofusible {}|granulés EVA;granulés PO;pain 2 kg;!film|Hygialis|4.6 7.9|kg:1|medium|25|
chiffons|Chiffons d’essuyage {}|coton;non tissé|Hygialis|1.8 2.6|kg:1|low|10|
frein filet|Frein filet {}|moyen 50 mL;fort 50 mL;étanche 75 mL|Hygialis|14 19|:0|low|2|
adhesif|Ruban {}|PTFE;isolant noir;isolant vert-jaune;signalisation|Hygialis|1.1 8.7|:0|low|4|
gants|Gants {}|nitrile taille 8;nitrile taille 9;anticoupure taille 9|Hygialis|3.2 9.8|:0|low|10|
# PUS
bras|Bras de transfert {}|Blow 10;Blow 14 Evo;SB-8|Kordia|386 470|:0|high|1|SOUF
ressort|Ressort de tête {}|CA8;CA12;Cap 15|Galdaro|6.2 8.8|:0|high|8|BOUC
mors|Jeu de mors {}|CA8;CA12;Cap 15|Galdaro|88 124|:0|high|1|BOUC
tete|Tête de bouchage {}|CA8;CA12;Cap 15|Galdaro|640 820|:0|critical|0|BOUC
racle|Racle de colle {}|Solo 20;Duo 30;ET-M2|Ternelle|34 46|:0|medium|2|ETIQ
brosse|Brosse de lissage {}|Solo 20;Duo 30;ET-M2|Ternelle|22 29|:0|low|1|ETIQ
buse colle|Buse de colle {}|EC-20;EC-35;Pack 6|Normapak|62 78|:0|medium|2|ENCA
patin|Patin de glissement {}|RM 200;RM 320;Trans-4|Brevon|5.4 8.1|:0|low|6|CONV
renvoi|Roue de renvoi {}|RM 200;RM 320;Trans-4|Brevon|28 39|:0|medium|1|CONV
aspersion|Buse d’aspersion {}|TP-12;Therm 20|Sorvelec|7.9 9.3|:0|medium|12|PAST
patin tapis|Patin de tapis {}|TP-12;Therm 20|Sorvelec|6.6 7.4|:0|medium|8|PAST
panier|Panier de laveuse {}|LB-30;Lavo 18|Bressolac|112 127|:0|medium|2|LAVE
galet|Galet de chaîne {}|LB-30;Lavo 18|Bressolac|17 21|:0|medium|4|LAVE
gicleur|Gicleur {}|LB-30;Lavo 18;VS-4;VS-6|Bressolac|12 24|:0|low|2|LAVE
etoile|Étoile d’entrée {}|Fill 48;Fill 72 V;RV-60|Odival|540 690|:0|high|0|REMP
silentbloc|Silentbloc {}|M8 Ø30;M8 Ø40;M10 Ø50;M12 Ø60|Transkor|3.4 11|:0|low|4|
# VIS
chc|Vis CHC inox {}|M4×10;M4×16;M5×12;M5×20;M6×16;M8×40;M10×30;M10×50;M12×40;M12×60|Visalp|0.08 0.92|:0|low|50|
th|Vis TH inox {}|M6×20;M8×25;M8×40;M12×40;M12×60;M16×60|Visalp|0.12 1.4|:0|low|40|
ecrou|Écrou frein inox {}|M4;M5;M6;M8;M10;M12;M16|Visalp|0.04 0.38|:0|low|50|
rondelle|Rondelle inox {}|M4;M5;M6;M8;M10;M12|Visalp|0.02 0.12|:0|low|60|
circlip|Circlip extérieur {}|Ø10;Ø12;Ø15;Ø25;Ø30|Visalp|0.11 0.6|:0|low|20|
clavette|Clavette {}|5×5×20;6×6×25;10×8×50;12×8×60|Visalp|0.5 2.1|:0|low|5|
collier|Collier de serrage {}|12–20;16–27;32–50;50–70|Visalp|0.6 1.7|:0|low|10|
rilsan|Collier Rilsan {}|100 mm;200 mm;300 mm|Visalp|0.03 0.11|:0|low|100|
"""


def families() -> list[Family]:
    found, prefix = [], ""
    for line in TABLE.strip().splitlines():
        if line.startswith("#"):
            prefix = line[2:]
        else:
            found.append(_family(prefix, [cell.strip() for cell in line.split("|")]))
    return found


def _family(prefix: str, cells: list[str]) -> Family:
    key, name, sizes, maker, prices, unit, criticality, minimum, classes = cells
    first, last = map(float, prices.split())
    unit, decimals = unit.split(":")
    return Family(
        key, prefix, CATEGORIES[prefix][0], name, tuple(sizes.split(";")), maker, (first, last), unit, int(decimals), criticality,
        Decimal(minimum), tuple(classes.split()),
    )  # fmt: skip
