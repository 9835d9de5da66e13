"""Invented people: names, streets, numbers reserved for fiction, passphrases. Always the same for the same seed."""

import hashlib
from random import Random

# Numbers that the ARCEP keeps for fiction: they ring nowhere.
FICTION_PREFIXES = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
FICTION_MOBILE = "06 39 98"

GIRLS = (
    "Adèle Agathe Alba Alma Anouk Apolline Astrid Ava Bérénice Blanche Capucine Célestine Clélia Colette Daphné "
    "Éléa Élise Elsa Emma Esther Eva Flavie Flore Garance Hanaé Inès Iris Jade Jasmine Joséphine Judith Julia Lila "
    "Lise Lou Louise Lucie Maëlle Maïssa Margaux Mathilde Mila Nina Noémie Olympe Ophélie Pia Romane Rose "
    "Salma Sixtine Suzanne Thaïs Victoire Yaël Zélie Zoé"
).split()
BOYS = (
    "Abel Achille Adam Aaron Ambroise Amir Anatole Antonin Armand Arsène Auguste Augustin Basile Côme Elias Élie "
    "Eliott Émile Ernest Ethan Gabin Gabriel Gaspard Gustave Hector Hippolyte Ilan Isaac Ismaël Joachim Jules Kaïs "
    "Léandre Léo Léon Liam Louis Lucien Mahé Malo Marius Marceau Milan Nathan Nils Octave Orso Oscar Owen Rayan "
    "Robin Samuel Sacha Tiago Timéo Titouan Tom Ulysse Victor Yanis"
).split()
WOMEN = (
    "Alexandra Amélie Anaïs Aurélie Bérangère Camille Caroline Cécile Céline Charlotte Delphine Élodie Émilie Estelle "
    "Fanny Farida Gaëlle Hélène Ingrid Jeanne Jessica Julie Karima Laetitia Laure Leïla Lise Magali Marion Mélanie "
    "Mélissa Morgane Myriam Nathalie Noémie Ophélie Pauline Rachel Sabrina Samia Sandrine Sarah Sonia Sylvie Vanessa"
).split()
MEN = (
    "Adrien Alexandre Antoine Arnaud Aurélien Baptiste Benjamin Bruno Cédric Christophe Clément Damien David Fabien "
    "Florian Franck Frédéric Grégory Guillaume Hakim Jérémy Jérôme Julien Karim Ludovic Mathieu Maxime Mehdi Mickaël "
    "Nicolas Olivier Pierre Quentin Rachid Romain Samir Sébastien Simon Stéphane Sylvain Tanguy Thibault Vincent Yann"
).split()
SURNAMES = (
    "Abadie Allard Arnoux Astier Aubrac Auclair Aumont Baillet Barrière Bascoul Baudry Beaufils Bellanger Benhamou "
    "Berthelot Besson Billard Blanchet Boisseau Bonnard Bordier Bouaziz Boulanger Bourdin Bousquet Brunet Cadiou "
    "Cassagne Castaing Cazenave Chabert Chambon Chapelle Charron Chauvet Chevreau Clavel Colombier Combes Constans "
    "Cordier Coulon Courtois Cousin Dallet Darmon Dauphin Delcroix Delmas Desprez Diallo Dubreuil Duchamp Dufresne "
    "Dupuy Duvivier Escande Espinasse Estève Fabron Falcon Farges Faucher Ferrière Filiol Fontanel Forestier Fournel "
    "Fresnel Gaillac Galtier Garrigue Gaudin Germond Gilbert Girault Godard Gombert Gonthier Granger Grimaud "
    "Guérin Guibert Haddad Hamelin Hébrard Huguet Imbert Izard Jacquin Jaubert Joubert Jourdan Kaddour Labarthe "
    "Lacombe Lafon Lagarde Lalanne Lambert Lanoë Lapeyre Larrieu Lasserre Laurens Lavigne Leblond Lecomte Ledoux "
    "Lefort Lemoine Lescure Levasseur Lhermite Loiseau Lorrain Loubère Macé Magnan Maillard Malherbe Marchal Marsan "
    "Masson Maurin Mazières Mercadier Meunier Mialon Mignot Miramond Molinier Monnet Montel Morand Mouret Nadaud "
    "Navarre Nguyen Noguès Ollivier Ortega Pagès Parent Pasquet Paulin Pélissier Perrault Pestel Peyron Philippon "
    "Picard Pineau Poirier Pommier Portal Pradier Prévost Quesnel Rabier Ravel Reboul Régnier Renaudin Reynal "
    "Ribeiro Rigaud Rivals Rocher Roussel Rouvière Sabatier Saïdi Salvador Santos Sarrazin Saunier Savary Serrano "
    "Signoret Simonin Soulier Tardieu Tavernier Teissier Terrasson Texier Thibaud Toussaint Trémoulet Tribout "
    "Valade Valentin Vasquez Verdier Vergne Vialard Vidalenc Viguier Villard Vincendeau Weber Zimmer"
).split()
STREETS = (
    "rue des Tilleuls",
    "rue du Lavoir",
    "chemin des Vignes",
    "impasse des Mésanges",
    "allée du Verger",
    "rue de la Fontaine",
    "place du Marché",
    "rue des Écoles",
    "route du Moulin",
    "rue du Four-à-Pain",
    "avenue de la Gare",
    "chemin du Ruisseau",
)
_WORDS = (
    "abricot acacia agrafe aiguille alouette ampoule ancre anneau ardoise armoire arrosoir atelier aurore balcon "
    "balise bambou barque bateau biscuit bleuet bocal boussole bougie branche brioche brouette buisson cabane cactus "
    "cadran caillou calèche canard canif caramel carnet cerise chandelle charbon chemin cigale ciseau citron cloche "
    "coquille corbeille cordage cuivre dentelle diapason domino écharpe éclair encre épingle étagère éventail falaise "
    "fanal farine fenouil figuier flocon fontaine fougère framboise galet garance girafe girouette glycine goéland "
    "grelot grenier guitare hamac harpe hibou horloge île jardin jonquille jumelle kayak laine lanterne lavande lierre "
    "limonade lucarne luge lutrin malle mandarine manège marelle marteau mimosa miroir moulin muguet navire noisette "
    "nougat nuage olive orage orgue osier panier papillon parasol passerelle péniche perron piano pinceau pivoine "
    "plume poivre pomme potiron prairie prune quartz radeau rameau refuge ressort rivière roseau ruban sable safran "
    "sapin savane scarabée sentier serrure sifflet sirop sorbet source tabouret tambour tamis tissu toile tonneau "
    "toupie tournesol traîneau tramway truffe tulipe vallée vanille verger vitrail voilier volcan wagon zinc"
).split()


def passphrase(login: str) -> str:
    """Return the password that the demo gives to a login: four words and two digits, for show only."""
    random = Random(hashlib.sha256(f"préau {login}".encode()).digest())  # noqa: S311 -- shown to everybody
    words = random.sample([word for word in _WORDS if word.isascii()], 4)
    return "-".join(words) + f"-{random.randrange(10, 100)}"


def mobile(random: Random) -> str:
    """Return a mobile number kept for fiction."""
    return f"{FICTION_MOBILE} {random.randrange(100):02d} {random.randrange(100):02d}"


def street(random: Random) -> str:
    """Return a number and a street."""
    return f"{random.randrange(1, 60)} {random.choice(STREETS)}"
